/*
 * test_pgarray.c
 *	  The bytes of arrays, as PostgreSQL's array_recv() reads them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/pgarray.h"

#include <string.h>

/*
 * Compares the whole array with the bytes wanted.
 */
static void
assert_bytes(PgArray *array, const void *wanted, size_t size)
{
	assert_int_equal(pgarray_size(array), size);
	assert_memory_equal(pgarray_data(array), wanted, size);
}

/*
 * bigint[], with its extremes and a null between.
 */
static void
test_int8(void **state)
{
	static const char wanted[] = "\0\0\0\1\0\0\0\1\0\0\0\x14\0\0\0\3\0\0\0\1"
								 "\0\0\0\x8\x7f\xff\xff\xff\xff\xff\xff\xff"
								 "\xff\xff\xff\xff"
								 "\0\0\0\x8\x80\0\0\0\0\0\0\0";
	PgArray array;

	(void) state;
	pgarray_init(&array, PGARRAY_INT8);
	pgarray_int8(&array, INT64_MAX);
	pgarray_null(&array);
	pgarray_int8(&array, INT64_MIN);
	assert_bytes(&array, wanted, sizeof(wanted) - 1);
	assert_int_equal(pgarray_type(&array), 1016);
	pgarray_free(&array);
}

/*
 * integer[], and the type of every array.
 */
static void
test_int4(void **state)
{
	static const char wanted[] = "\0\0\0\1\0\0\0\0\0\0\0\x17\0\0\0\2\0\0\0\1"
								 "\0\0\0\4\0\0\0\1\0\0\0\4\xff\xff\xff\xff";
	PgArray array;

	(void) state;
	pgarray_init(&array, PGARRAY_INT4);
	pgarray_int4(&array, 1);
	pgarray_int4(&array, -1);
	assert_bytes(&array, wanted, sizeof(wanted) - 1);
	assert_int_equal(pgarray_type(&array), 1007);
	pgarray_free(&array);
}

/*
 * bytea[] with a NUL byte and an empty value, which is not null.
 */
static void
test_bytes(void **state)
{
	static const char wanted[] = "\0\0\0\1\0\0\0\0\0\0\0\x11\0\0\0\2\0\0\0\1"
								 "\0\0\0\3a\0b\0\0\0\0";
	PgArray array;

	(void) state;
	pgarray_init(&array, PGARRAY_BYTEA);
	pgarray_bytes(&array, "a\0b", 3);
	pgarray_bytes(&array, NULL, 0);
	assert_bytes(&array, wanted, sizeof(wanted) - 1);
	assert_int_equal(pgarray_type(&array), 1001);
	pgarray_free(&array);
}

/*
 * text[] of C strings; NULL is null.
 */
static void
test_text(void **state)
{
	static const char wanted[] = "\0\0\0\1\0\0\0\1\0\0\0\x19\0\0\0\2\0\0\0\1"
								 "\0\0\0\2\xc3\xa9\xff\xff\xff\xff";
	PgArray array;

	(void) state;
	pgarray_init(&array, PGARRAY_TEXT);
	pgarray_text(&array, "\xc3\xa9");
	pgarray_text(&array, NULL);
	assert_bytes(&array, wanted, sizeof(wanted) - 1);
	assert_int_equal(pgarray_type(&array), 1009);
	pgarray_free(&array);
}

/*
 * No elements: no dimension.  Clearing leads back there, also the nulls flag.
 */
static void
test_empty(void **state)
{
	static const char wanted[] = "\0\0\0\0\0\0\0\0\0\0\0\x19";
	PgArray array;

	(void) state;
	pgarray_init(&array, PGARRAY_TEXT);
	assert_bytes(&array, wanted, sizeof(wanted) - 1);
	pgarray_null(&array);
	pgarray_text(&array, "x");
	pgarray_clear(&array);
	assert_int_equal(array.count, 0);
	assert_bytes(&array, wanted, sizeof(wanted) - 1);
	pgarray_free(&array);
}

/*
 * Many and large elements.
 */
static void
test_growth(void **state)
{
	static char large[300000];
	PgArray array;
	const char *data;

	(void) state;
	memset(large, 'x', sizeof(large));
	pgarray_init(&array, PGARRAY_BYTEA);
	for (int i = 0; i < 100; i++)
	{
		pgarray_bytes(&array, "y", 1);
		pgarray_bytes(&array, large, sizeof(large));
	}
	assert_int_equal(array.count, 200);
	assert_int_equal(pgarray_size(&array), 20 + 100 * (5 + 4 + sizeof(large)));
	data = pgarray_data(&array);
	assert_memory_equal(data + pgarray_size(&array) - sizeof(large), large,
	                    sizeof(large));
	pgarray_free(&array);
}

/*
 * A range of another array, also with nulls in it, is as if appended one by one.
 */
static void
test_append_range(void **state)
{
	static const char *const texts[] = {"one", NULL, "", "four", "five"};
	PgArray whole;
	PgArray part;
	PgArray wanted;

	(void) state;
	pgarray_init(&whole, PGARRAY_TEXT);
	for (size_t i = 0; i < 5; i++)
		pgarray_text(&whole, texts[i]);
	for (int at = 0; at < 36; at++)
	{
		int first = at / 6;
		int count = at % 6 < 5 - first ? at % 6 : 5 - first;

		pgarray_init(&part, PGARRAY_TEXT);
		pgarray_init(&wanted, PGARRAY_TEXT);
		pgarray_append_range(&part, &whole, first, count);
		for (int i = first; i < first + count; i++)
			pgarray_text(&wanted, texts[i]);
		assert_int_equal(pgarray_size(&part), pgarray_size(&wanted));
		assert_memory_equal(pgarray_data(&part), pgarray_data(&wanted),
		                    (size_t) pgarray_size(&part));
		pgarray_free(&part);
		pgarray_free(&wanted);
	}
	pgarray_free(&whole);
}

/*
 * Runs them.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_append_range), cmocka_unit_test(test_int8),
		cmocka_unit_test(test_int4),         cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_text),         cmocka_unit_test(test_empty),
		cmocka_unit_test(test_growth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
