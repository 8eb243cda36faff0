/*
 * test_parked.c
 *	  Receipts that Kafka refuses.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "bridge/parked.h"

/*
 * Refused in company it is suspected and tried alone at once; refused alone it is
 * convicted, said once, and tried more and more rarely.
 */
static void
test_conviction(void **state)
{
	static ParkedSet set;
	int64_t now = 1000;
	int64_t wait = 0;

	(void) state;
	assert_false(parked_refused(&set, 5, false, now));
	assert_true(parked_contains(&set, 5));
	assert_int_equal(parked_next(&set)->next_try_ms, now);
	assert_true(parked_refused(&set, 5, true, now));
	assert_int_equal(parked_next(&set)->next_try_ms, now + PARKED_FIRST_WAIT_MS);
	for (int i = 0; i < 100; i++)
	{
		int64_t last = wait;

		assert_false(parked_refused(&set, 5, true, now));
		wait = parked_next(&set)->next_try_ms - now;
		assert_true(wait >= last && wait <= PARKED_LAST_WAIT_MS);
	}
	assert_int_equal(wait, PARKED_LAST_WAIT_MS);
	assert_false(parked_refused(&set, 5, false, now));
	assert_int_equal(parked_next(&set)->next_try_ms, now + PARKED_LAST_WAIT_MS);
	parked_remove(&set, 5);
	assert_null(parked_next(&set));
}

/*
 * The one that is due first comes first, and can be put off.
 */
static void
test_next(void **state)
{
	static ParkedSet set;

	(void) state;
	parked_refused(&set, 1, false, 300);
	parked_refused(&set, 2, false, 100);
	parked_refused(&set, 3, false, 200);
	assert_int_equal(parked_next(&set)->id, 2);
	parked_postpone(&set, 2, 250);
	assert_int_equal(parked_next(&set)->id, 3);
	parked_postpone(&set, 3, 50);
	assert_int_equal(parked_next(&set)->next_try_ms, 200);
	parked_postpone(&set, 99, 1000);
	parked_remove(&set, 3);
	assert_int_equal(parked_next(&set)->id, 2);
	parked_remove(&set, 99);
	assert_int_equal(set.count, 2);
}

/*
 * A full set forgets nothing and takes nothing more, and still says what is
 * convicted.
 */
static void
test_full(void **state)
{
	static ParkedSet set;

	(void) state;
	for (int64_t id = 0; id < PARKED_MAX; id++)
		parked_refused(&set, id, false, 0);
	assert_false(parked_refused(&set, PARKED_MAX, false, 0));
	assert_true(parked_refused(&set, PARKED_MAX, true, 0));
	assert_false(parked_contains(&set, PARKED_MAX));
	assert_int_equal(set.count, PARKED_MAX);
	assert_true(parked_contains(&set, 0));
	parked_remove(&set, 0);
	parked_refused(&set, PARKED_MAX, false, 0);
	assert_true(parked_contains(&set, PARKED_MAX));
}

/*
 * Runs them.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conviction),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
