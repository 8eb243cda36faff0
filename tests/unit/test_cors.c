/*
 * test_cors.c
 *	  The list of origins: what it takes, whom it lets in.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "frontend/cors.h"

#include <stdio.h>
#include <string.h>

/*
 * Only what a browser would send is taken: a misspelt origin would never match.
 */
static void
test_parse(void **state)
{
	static const char *const bad[] = {
		"example.org", "https://",        "https://a.example/",  "https://A.example",
		"https://a/b", "ftp://a.example", "https://a.example,*", "null",
		"*,*",         "https://a@b",     "https://a;b",         "https://a\nX: y",
	};
	Origins origins;

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(origins_parse(&origins, bad[i]));
	assert_true(origins_parse(&origins, ""));
	assert_int_equal(origins.count, 0);
	assert_false(origins.any);
	assert_true(origins_parse(&origins,
	                          " https://a.example ,http://localhost:3000,"
	                          "http://[::1]:8080, https://xn--80ak6aa92e.com"));
	assert_int_equal(origins.count, 4);
}

/*
 * Origins are compared whole.
 */
static void
test_allow(void **state)
{
	Origins origins;

	(void) state;
	assert_true(origins_parse(&origins, "https://a.example,http://localhost:3000"));
	assert_true(origins_allow(&origins, "https://a.example"));
	assert_true(origins_allow(&origins, "http://localhost:3000"));
	assert_false(origins_allow(&origins, "https://a.example.evil.org"));
	assert_false(origins_allow(&origins, "https://a.exampl"));
	assert_false(origins_allow(&origins, "http://a.example"));
	assert_false(origins_allow(&origins, "https://A.EXAMPLE"));
	assert_false(origins_allow(&origins, "null"));
	assert_false(origins_allow(&origins, ""));
	assert_false(origins_allow(&origins, NULL));
	assert_true(origins_parse(&origins, "*"));
	assert_true(origins_allow(&origins, "https://anybody.example"));
	assert_false(origins_allow(&origins, NULL));
	assert_true(origins_parse(&origins, ""));
	assert_false(origins_allow(&origins, "https://a.example"));
}

/*
 * There is room for so many.
 */
static void
test_many(void **state)
{
	char text[MAX_ORIGINS * 32] = "";
	size_t used = 0;
	Origins origins;

	(void) state;
	for (int i = 0; i < MAX_ORIGINS; i++)
		used += (size_t) snprintf(text + used, sizeof(text) - used,
		                          "%shttps://%d.example", i ? "," : "", i);
	assert_true(origins_parse(&origins, text));
	assert_true(origins_allow(&origins, "https://31.example"));
	snprintf(text + used, sizeof(text) - used, ",https://x.example");
	assert_false(origins_parse(&origins, text));
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_allow),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
