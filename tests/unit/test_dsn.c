/*
 * test_dsn.c
 *	  No password survives the scrubbing, and nothing else is lost.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/dsn.h"

#include <string.h>

typedef struct Case
{
	const char *text;
	const char *wanted;
} Case;

/*
 * Texts with secrets in every form that libpq takes, or chokes on.
 */
static const Case cases[] = {
	{"host=db user=u password=secret dbname=d", "host=db user=u password=*** dbname=d"},
	{"password=secret", "password=***"},
	{"PASSWORD = secret host=x", "PASSWORD = *** host=x"},
	{"password='se cr\\'et' host=x", "password=*** host=x"},
	{"password='never closed host=x", "password=***"},
	{"sslpassword=secret sslmode=require", "sslpassword=*** sslmode=require"},
	{"password=", "password=***"},
	{"postgresql://u:secret@h/db", "postgresql://u:***@h/db"},
	{"postgresql://u:secret@h:5432,i:5433/db?sslmode=require",
     "postgresql://u:***@h:5432,i:5433/db?sslmode=require"},
	{"postgresql://u:se@cr:et@h/db", "postgresql://u:***@h/db"},
	{"postgresql://u@h/db", "postgresql://u@h/db"},
	{"postgresql://h/db?user=u&password=secret&x=y",
     "postgresql://h/db?user=u&password=***&x=y"},
	{"invalid port: \"secret@host:1\" given", "invalid port: \"***@host:1\" given"},
	{"could not translate host name \"cret@h\" to address",
     "could not translate host name \"***@h\" to address"},
	{"missing \"=\" after \"u:secret@h\" in string",
     "missing \"=\" after \"u:***@h\" in string"},
	{"first line\nsecond\tline\n", "first line second line"},
	{"FATAL:  password authentication failed for user \"u\"",
     "FATAL:  password authentication failed for user \"u\""},
	{"", ""},
};

/*
 * Each case, and no secret in any output.
 */
static void
test_cases(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		char out[256];

		dsn_scrub(cases[i].text, out, sizeof(out));
		assert_string_equal(out, cases[i].wanted);
		assert_null(strstr(out, "secret"));
	}
}

/*
 * A small buffer cuts and never overflows.
 */
static void
test_small(void **state)
{
	char out[64];

	(void) state;
	for (size_t size = 1; size < sizeof(out); size++)
	{
		memset(out, 'x', sizeof(out));
		dsn_scrub("postgresql://u:secret@h/db password=secret", out, size);
		assert_true(strlen(out) < size);
		assert_int_equal(out[size], 'x');
	}
	out[0] = 'x';
	dsn_scrub("text", out, 0);
	assert_int_equal(out[0], 'x');
}

/*
 * Passwords that libpq would take apart are recognised.
 */
static void
test_ambiguous(void **state)
{
	(void) state;
	assert_true(dsn_is_ambiguous("postgresql://u:p@ss@h/db"));
	assert_true(dsn_is_ambiguous("postgresql://u:p/ss@h/db"));
	assert_true(dsn_is_ambiguous("postgresql://u:p?ss@h/db"));
	assert_true(dsn_is_ambiguous("postgres://u:p#ss@h/db"));
	assert_true(dsn_is_ambiguous("postgres://u:p%zz@h/db"));
	assert_true(dsn_is_ambiguous("postgres://u:p%4@h/db"));
	assert_false(dsn_is_ambiguous("postgresql://u:pass@h/db"));
	assert_false(dsn_is_ambiguous("postgresql://u:p%40ss@h:5432/db?sslmode=require"));
	assert_false(dsn_is_ambiguous("postgresql://u@h/db"));
	assert_false(dsn_is_ambiguous("postgresql://h/db"));
	assert_false(dsn_is_ambiguous("host=h password=p@ss/x"));
}

/*
 * Runs them.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_ambiguous),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
