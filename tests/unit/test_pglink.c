/*
 * test_pglink.c
 *	  The connection while there is nothing to connect to.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/backoff.h"
#include "common/log.h"
#include "common/pglink.h"

#include <string.h>

/*
 * An attempt that fails sets a delay, in which no further one is made.
 */
static void
test_refused(void **state)
{
	PgLink *link =
		pglink_new("host=127.0.0.1 port=1 user=u password=secret", "test", NULL, NULL);

	(void) state;
	assert_int_equal(pglink_wait_ms(link), 0);
	assert_null(pglink_conn(link));
	assert_false(pglink_check(link));
	assert_false(pglink_ready(link));
	assert_in_range(pglink_wait_ms(link), 1, BACKOFF_FIRST_MS + 1);
	assert_false(pglink_ready(link));
	assert_null(pglink_conn(link));
	assert_non_null(strstr(pglink_error(link), "port 1 failed"));
	assert_null(strstr(pglink_error(link), "Is the server running"));
	assert_null(strstr(pglink_error(link), "secret"));
	pglink_drop(link);
	pglink_free(link);
}

/*
 * No part of a password is in the message, whatever libpq made of the string.
 */
static void
test_secrets(void **state)
{
	static const char *const dsns[] = {
		"postgresql://u:sec@ret@127.0.0.1:1/db",
		"postgresql://u:sec/ret@127.0.0.1:1/db",
		"postgresql://u:sec%zzret@127.0.0.1:1/db",
		"u:secret@127.0.0.1:1/db",
		"host=127.0.0.1 port=1 password='secret",
	};

	(void) state;
	for (size_t i = 0; i < sizeof(dsns) / sizeof(dsns[0]); i++)
	{
		PgLink *link = pglink_new(dsns[i], "test", NULL, NULL);

		assert_false(pglink_ready(link));
		assert_true(strlen(pglink_error(link)) > 0);
		assert_null(strstr(pglink_error(link), "sec"));
		assert_null(strstr(pglink_error(link), "ret"));
		pglink_free(link);
	}
}

/*
 * Freeing nothing is fine.
 */
static void
test_free_null(void **state)
{
	(void) state;
	pglink_free(NULL);
}

/*
 * Runs them.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_free_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
