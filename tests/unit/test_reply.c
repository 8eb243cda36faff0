/*
 * test_reply.c
 *	  What clients get to see: what the outcome of a statement means for them, the
 *	  shape of problems.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/clock.h"
#include "frontend/database.h"
#include "frontend/problem.h"

#include <json-c/json.h>
#include <string.h>

/*
 * What an SQLSTATE means for those who wait.
 */
static void
test_outcomes(void **state)
{
	static const struct
	{
		const char *sqlstate;
		DatabaseOutcome outcome;
	} cases[] = {
		{NULL, DATABASE_LOST},           {"", DATABASE_LOST},
		{"08006", DATABASE_LOST},        {"57P01", DATABASE_LOST},
		{"40001", DATABASE_REPEAT},      {"40P01", DATABASE_REPEAT},
		{"57014", DATABASE_UNAVAILABLE}, {"57P03", DATABASE_UNAVAILABLE},
		{"53300", DATABASE_UNAVAILABLE}, {"55P03", DATABASE_UNAVAILABLE},
		{"25006", DATABASE_UNAVAILABLE}, {"42883", DATABASE_MISFIT},
		{"42501", DATABASE_MISFIT},      {"3F000", DATABASE_MISFIT},
		{"22P02", DATABASE_REFUSED},     {"P0001", DATABASE_REFUSED},
		{"XX000", DATABASE_REFUSED},     {"40002", DATABASE_REFUSED},
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(database_outcome(cases[i].sqlstate), cases[i].outcome);
}

/*
 * The database is away once nobody has a connection for the grace.
 */
static void
test_away(void **state)
{
	DatabaseState database = {0, clock_ms() - 1000};

	(void) state;
	assert_true(database_is_away(&database, 500));
	assert_false(database_is_away(&database, 60000));
	database.live = 1;
	assert_false(database_is_away(&database, 500));
}

/*
 * Problems are JSON of RFC 9457's shape.
 */
static void
test_problems(void **state)
{
	(void) state;
	for (int code = PROBLEM_BAD_REQUEST; code <= PROBLEM_UNAVAILABLE; code++)
	{
		Buffer body = {0};
		struct json_object *parsed;

		problem_write((ProblemCode) code, code % 2 ? "a \"quoted\" detail" : NULL,
		              &body);
		parsed = json_tokener_parse(body.data);
		assert_non_null(parsed);
		assert_int_equal(json_object_get_int(json_object_object_get(parsed, "status")),
		                 problem_status((ProblemCode) code));
		assert_int_equal(
			strncmp(json_object_get_string(json_object_object_get(parsed, "type")),
		            "urn:pg-receipts:problem:", 24),
			0);
		assert_non_null(json_object_object_get(parsed, "title"));
		assert_non_null(json_object_object_get(parsed, "detail"));
		json_object_put(parsed);
		buffer_free(&body);
	}
	assert_true(problem_retry_after(PROBLEM_OVERLOADED) > 0);
	assert_int_equal(problem_retry_after(PROBLEM_NOT_FOUND), 0);
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_away),
		cmocka_unit_test(test_problems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
