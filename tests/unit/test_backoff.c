/*
 * test_backoff.c
 *	  The bounds of the back-off.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/backoff.h"

/*
 * Each delay lies between half and the whole of its step, and the steps double
 * up to the cap.
 */
static void
test_bounds(void **state)
{
	(void) state;
	for (unsigned int seed = 1; seed <= 200; seed++)
	{
		Backoff backoff = {.seed = seed};
		int step = BACKOFF_FIRST_MS;

		for (int i = 0; i < 20; i++)
		{
			int delay = backoff_next_ms(&backoff);

			assert_in_range(delay, step / 2, step);
			assert_int_equal(backoff.attempts, i + 1);
			step = step * 2 < BACKOFF_CAP_MS ? step * 2 : BACKOFF_CAP_MS;
		}
	}
}

/*
 * After a success the first step comes again, but not the same jitter.
 */
static void
test_reset(void **state)
{
	Backoff backoff = {0};
	unsigned int seed;

	(void) state;
	for (int i = 0; i < 10; i++)
		backoff_next_ms(&backoff);
	seed = backoff.seed;
	assert_int_not_equal(seed, 0);
	backoff_reset(&backoff);
	assert_int_equal(backoff.attempts, 0);
	assert_int_equal(backoff.seed, seed);
	assert_in_range(backoff_next_ms(&backoff), BACKOFF_FIRST_MS / 2, BACKOFF_FIRST_MS);
}

/*
 * Years of failures overflow nothing.
 */
static void
test_long(void **state)
{
	Backoff backoff = {0};

	(void) state;
	for (int i = 0; i < 100000; i++)
		assert_in_range(backoff_next_ms(&backoff), BACKOFF_FIRST_MS / 2,
		                BACKOFF_CAP_MS);
}

/*
 * Two instances do not go in step.
 */
static void
test_spread(void **state)
{
	Backoff one = {0};
	Backoff two = {0};
	int different = 0;

	(void) state;
	for (int i = 0; i < 50; i++)
		different += backoff_next_ms(&one) != backoff_next_ms(&two);
	assert_true(different > 25);
}

/*
 * Runs them.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
