/*
 * test_dbquery.c
 *	  The verdict on SQLSTATEs, and parameters.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "bridge/dbquery.h"

/*
 * What is tried again, what is searched for the message at fault, and what says
 * that someone else does our work.
 */
static void
test_classify(void **state)
{
	static const struct
	{
		const char *sqlstate;
		DbOutcome wanted;
	} cases[] = {
		{"PR001", DB_FENCED}, {"PR002", DB_FENCED}, {"22P02", DB_DATA},
		{"22021", DB_DATA},   {"23505", DB_DATA},   {"23514", DB_DATA},
		{"54000", DB_DATA},   {"XX000", DB_DATA},   {"XX001", DB_DATA},
		{"40001", DB_AGAIN},  {"40P01", DB_AGAIN},  {"53200", DB_AGAIN},
		{"53100", DB_AGAIN},  {"55P03", DB_AGAIN},  {"57014", DB_AGAIN},
		{"42883", DB_AGAIN},  {"42501", DB_AGAIN},  {"25006", DB_AGAIN},
		{"P0001", DB_AGAIN},  {"0A000", DB_AGAIN},  {"57P01", DB_LOST},
		{"57P02", DB_LOST},   {"57P03", DB_LOST},   {"08006", DB_LOST},
		{"08P01", DB_LOST},   {"40003", DB_LOST},   {"", DB_LOST},
		{NULL, DB_LOST},
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(dbquery_classify(cases[i].sqlstate), cases[i].wanted);
}

/*
 * Parameters stand in order, in the format that goes with their kind.
 */
static void
test_parameters(void **state)
{
	DbQuery query;
	PgArray array;

	(void) state;
	pgarray_init(&array, PGARRAY_INT8);
	pgarray_int8(&array, 1);
	dbquery_init(&query, "SELECT");
	dbquery_int(&query, INT64_MIN);
	dbquery_text(&query, NULL);
	dbquery_bytes(&query, "a\0b", 3);
	dbquery_array(&query, &array);
	assert_int_equal(query.nparams, 4);
	assert_string_equal(query.values[0], "-9223372036854775808");
	assert_int_equal(query.formats[0], 0);
	assert_null(query.values[1]);
	assert_int_equal(query.lengths[2], 3);
	assert_int_equal(query.formats[2], 1);
	assert_int_equal(query.types[3], 1016);
	assert_int_equal(query.lengths[3], 32);
	pgarray_free(&array);
}

/*
 * Without a connection the outcome is unknown, and nothing crashes.
 */
static void
test_no_connection(void **state)
{
	PgLink *link = pglink_new("host=127.0.0.1 port=1", "test", NULL, NULL);
	DbQuery query;

	(void) state;
	dbquery_init(&query, "SELECT 1");
	assert_int_equal(dbquery_run(&query, link, 100, NULL, NULL), DB_LOST);
	pglink_free(link);
}

/*
 * Runs them.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classify),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_no_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
