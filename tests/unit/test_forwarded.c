/*
 * test_forwarded.c
 *	  Addresses: to listen on, of trusted networks, of clients behind proxies.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/listen.h"
#include "frontend/forwarded.h"

#include <string.h>
#include <unistd.h>

/*
 * Checks the address found behind a list of trusted networks.
 */
static void
check(const char *trusted, const char *peer, const char *forwarded, const char *wanted)
{
	Networks networks;
	char address[ADDRESS_SIZE];

	assert_true(networks_parse(&networks, trusted));
	forwarded_address(&networks, peer, forwarded, address);
	assert_string_equal(address, wanted);
}

/*
 * Without trust the header is ignored.
 */
static void
test_untrusted(void **state)
{
	(void) state;
	check("", "192.0.2.1", "198.51.100.7", "192.0.2.1");
	check("10.0.0.0/8", "192.0.2.1", "198.51.100.7", "192.0.2.1");
	check("10.0.0.0/8", "192.0.2.1", NULL, "192.0.2.1");
	check("", "::ffff:192.0.2.1", NULL, "192.0.2.1");
	check("", "2001:DB8:0:0::1", NULL, "2001:db8::1");
}

/*
 * The last address that is not a trusted proxy is the client's.
 */
static void
test_trusted(void **state)
{
	static const char trusted[] = "10.0.0.0/8, 127.0.0.1,2001:db8::/32";

	(void) state;
	check(trusted, "10.1.2.3", "198.51.100.7", "198.51.100.7");
	check(trusted, "::ffff:10.1.2.3", "198.51.100.7", "198.51.100.7");
	check(trusted, "127.0.0.1", "1.1.1.1, 198.51.100.7 , 10.9.9.9", "198.51.100.7");
	check(trusted, "2001:db8::5", " 2001:db9::1", "2001:db9::1");
	check(trusted, "127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1");
	check(trusted, "127.0.0.1", "", "127.0.0.1");
	check(trusted, "127.0.0.1", "1.1.1.1, unknown, 10.0.0.2", "10.0.0.2");
	check(trusted, "127.0.0.1", "1.1.1.1,", "127.0.0.1");
	check(trusted, "127.0.0.1", "'; DROP TABLE x", "127.0.0.1");
}

/*
 * Networks match by their leading bits.
 */
static void
test_networks(void **state)
{
	Networks networks;

	(void) state;
	assert_true(networks_parse(&networks, "192.168.4.0/22 , fe80::/10,,1.2.3.4"));
	assert_int_equal(networks.count, 3);
	assert_true(networks_contain(&networks, "192.168.7.255"));
	assert_false(networks_contain(&networks, "192.168.8.0"));
	assert_true(networks_contain(&networks, "fe9f::1"));
	assert_false(networks_contain(&networks, "fec0::1"));
	assert_true(networks_contain(&networks, "1.2.3.4"));
	assert_false(networks_contain(&networks, "1.2.3.5"));
	assert_true(networks_parse(&networks, "0.0.0.0/0"));
	assert_true(networks_contain(&networks, "203.0.113.9"));
	assert_false(networks_contain(&networks, "::1"));
	assert_true(networks_parse(&networks, "::/0"));
	assert_true(networks_contain(&networks, "203.0.113.9"));
}

/*
 * What is no network is refused.
 */
static void
test_bad_networks(void **state)
{
	static const char *const bad[] = {"x",      "10.0.0.0/33", "10.0.0/8",
	                                  "::/129", "10.0.0.0/",   "10.0.0.0/-1",
	                                  "/8",     "10.0.0.0/8x"};
	Networks networks;

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(networks_parse(&networks, bad[i]));
}

/*
 * Addresses to listen on.
 */
static void
test_listen_addresses(void **state)
{
	static const char *const bad[] = {"localhost", "host:",      "host:65536",
	                                  "host:-1",   "::1:80",     "[::1]",
	                                  "host:80x",  "host:000080"};
	char host[16];
	int port;

	(void) state;
	assert_true(address_parse("localhost:80", host, sizeof(host), &port));
	assert_string_equal(host, "localhost");
	assert_int_equal(port, 80);
	assert_true(address_parse("[::1]:0", host, sizeof(host), &port));
	assert_string_equal(host, "::1");
	assert_true(address_parse(":8080", host, sizeof(host), &port));
	assert_string_equal(host, "");
	assert_false(address_parse("a.name.that.is.too.long:1", host, sizeof(host), &port));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(address_parse(bad[i], host, sizeof(host), &port));
}

/*
 * A socket on a port of the kernel's choice, and the refusal to share it.
 */
static void
test_listen_open(void **state)
{
	char name[LISTEN_NAME_SIZE];
	int listener = listen_open("127.0.0.1:0");
	int kept = dup(2);

	(void) state;
	assert_true(listener >= 0);
	listen_name(listener, name, sizeof(name));
	assert_memory_equal(name, "127.0.0.1:", 10);
	assert_string_not_equal(name, "127.0.0.1:0");
	close(2);
	assert_int_equal(listen_open(name), -1);
	dup2(kept, 2);
	close(kept);
	close(listener);
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_untrusted),        cmocka_unit_test(test_trusted),
		cmocka_unit_test(test_networks),         cmocka_unit_test(test_bad_networks),
		cmocka_unit_test(test_listen_addresses), cmocka_unit_test(test_listen_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
