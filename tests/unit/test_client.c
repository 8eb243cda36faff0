/*
 * test_client.c
 *	  Deadlines of connections, and what is sent past libmicrohttpd.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/clock.h"
#include "frontend/client.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IDLE_MS 10000
#define REQUEST_MS 500

/*
 * A connection whose other end is ours.
 */
typedef struct Fixture
{
	Linger *linger;
	ClientTable *table;
	Client *client;
	int ours;
	int theirs;
} Fixture;

/*
 * Opens one.
 */
static void
open_fixture(Fixture *fixture, bool tls)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	fixture->ours = ends[0];
	fixture->theirs = ends[1];
	fixture->linger = linger_new();
	fixture->table = clients_new(IDLE_MS, REQUEST_MS, tls, fixture->linger);
	fixture->client = client_open(fixture->table, fixture->ours, NULL);
	assert_non_null(fixture->client);
}

/*
 * Closes it.
 */
static void
close_fixture(Fixture *fixture)
{
	client_close(fixture->client);
	close(fixture->ours);
	close(fixture->theirs);
	clients_free(fixture->table);
	linger_free(fixture->linger);
}

/*
 * Reads what was sent; "" at the end of the stream, NULL when nothing came.
 */
static const char *
read_sent(const Fixture *fixture)
{
	static char text[1024];
	ssize_t length = recv(fixture->theirs, text, sizeof(text) - 1, MSG_DONTWAIT);

	if (length < 0)
		return NULL;
	text[length] = '\0';
	return text;
}

/*
 * A request that arrives too slowly is answered 408 and cut off.
 */
static void
test_late_request(void **state)
{
	Fixture fixture;
	const char *sent;
	int64_t now_ms = clock_ms();

	(void) state;
	open_fixture(&fixture, false);
	client_phase(fixture.client, CLIENT_RECEIVING);
	client_set_request(fixture.client, "id-1");
	assert_int_equal(clients_sweep(fixture.table, now_ms + REQUEST_MS / 2), 0);
	assert_null(read_sent(&fixture));
	assert_int_equal(clients_sweep(fixture.table, now_ms + REQUEST_MS + 100), 1);
	sent = read_sent(&fixture);
	assert_non_null(sent);
	assert_memory_equal(sent, "HTTP/1.1 408 ", 13);
	assert_non_null(strstr(sent, "\r\nX-Request-Id: id-1\r\n"));
	assert_non_null(strstr(sent, "\r\nConnection: close\r\n"));
	assert_non_null(strstr(sent, "\r\nX-Content-Type-Options: nosniff\r\n"));
	assert_string_equal(read_sent(&fixture), "");
	assert_int_equal(client_refused(fixture.client), PROBLEM_REQUEST_TIMEOUT);
	assert_int_equal(clients_sweep(fixture.table, now_ms + 10 * REQUEST_MS), 0);
	close_fixture(&fixture);
}

/*
 * By TLS nothing may be sent in the clear: it is only cut off.
 */
static void
test_late_by_tls(void **state)
{
	Fixture fixture;

	(void) state;
	open_fixture(&fixture, true);
	client_phase(fixture.client, CLIENT_RECEIVING);
	assert_int_equal(clients_sweep(fixture.table, clock_ms() + REQUEST_MS + 100), 1);
	assert_string_equal(read_sent(&fixture), "");
	assert_int_equal(client_refused(fixture.client), PROBLEM_REQUEST_TIMEOUT);
	close_fixture(&fixture);
}

/*
 * One that waits has longer and is cut off without a word; one whose request is
 * with us has no deadline here.
 */
static void
test_other_phases(void **state)
{
	Fixture fixture;
	int64_t now_ms = clock_ms();

	(void) state;
	open_fixture(&fixture, false);
	client_phase(fixture.client, CLIENT_WORKING);
	assert_int_equal(clients_sweep(fixture.table, now_ms + 1000000), 0);
	client_phase(fixture.client, CLIENT_WAITING);
	assert_int_equal(clients_sweep(fixture.table, now_ms + IDLE_MS), 0);
	assert_int_equal(clients_sweep(fixture.table, now_ms + IDLE_MS + REQUEST_MS + 100),
	                 1);
	assert_string_equal(read_sent(&fixture), "");
	assert_int_equal(client_refused(fixture.client), PROBLEM_NONE);
	close_fixture(&fixture);
}

/*
 * A client that left is noticed on the second look.
 */
static void
test_left(void **state)
{
	Fixture fixture;
	int64_t now_ms = clock_ms() + 100;

	(void) state;
	open_fixture(&fixture, false);
	shutdown(fixture.theirs, SHUT_WR);
	client_phase(fixture.client, CLIENT_WAITING);
	assert_int_equal(clients_sweep(fixture.table, now_ms + 1000), 0);
	assert_int_equal(clients_sweep(fixture.table, now_ms + 1100), 0);
	client_phase(fixture.client, CLIENT_WAITING); /* it had its turn: look anew */
	assert_int_equal(clients_sweep(fixture.table, now_ms + 2000), 0);
	assert_null(read_sent(&fixture));
	assert_int_equal(clients_sweep(fixture.table, now_ms + 3100), 1);
	assert_string_equal(read_sent(&fixture), "");
	close_fixture(&fixture);
}

/*
 * A socket that lingers swallows what comes and ends with the client.
 */
static void
test_linger(void **state)
{
	Fixture fixture;
	struct pollfd set[LINGER_MAX + 1];

	(void) state;
	open_fixture(&fixture, false);
	client_refuse(fixture.client, PROBLEM_BODY_TOO_LARGE);
	assert_memory_equal(read_sent(&fixture), "HTTP/1.1 413 ", 13);
	linger_add(fixture.linger, fixture.ours);
	assert_int_equal(linger_poll_set(fixture.linger, set), 2);
	assert_int_equal(write(fixture.theirs, "more", 4), 4);
	shutdown(fixture.theirs, SHUT_WR);
	linger_run(fixture.linger, clock_ms());
	assert_int_equal(linger_poll_set(fixture.linger, set), 1);
	linger_add(fixture.linger, fixture.ours);
	linger_run(fixture.linger, clock_ms() + LINGER_MS + 100);
	assert_int_equal(linger_poll_set(fixture.linger, set), 1);
	close_fixture(&fixture);
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_late_request), cmocka_unit_test(test_late_by_tls),
		cmocka_unit_test(test_other_phases), cmocka_unit_test(test_left),
		cmocka_unit_test(test_linger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
