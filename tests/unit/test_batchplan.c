/*
 * test_batchplan.c
 *	  Limits of a batch, and the search for the message that makes it fail.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "bridge/batchplan.h"

#include <stdlib.h>
#include <string.h>

#define MAX_MESSAGES 2000

/* A database that refuses every batch with a bad message in it. */
typedef struct Run
{
	int count;
	char bad[MAX_MESSAGES];
	char outcome[MAX_MESSAGES]; /* 's' stored, 'd' put aside, 0 neither yet */
	int attempts;
} Run;

/*
 * Tells whether one of these messages is bad.
 */
static int
any_bad(const Run *run, int first, int rows)
{
	return memchr(run->bad + first, 1, (size_t) rows) != NULL;
}

/*
 * Works through all messages as the sink does.
 */
static void
work(Run *run, int max_rows)
{
	BatchPlan plan;
	int first = 0;

	batchplan_init(&plan, max_rows, 1000000);
	while (first < run->count)
	{
		int rows = batchplan_rows(&plan, run->count - first);

		assert_in_range(rows, 1, max_rows);
		run->attempts++;
		assert_true(run->attempts < 100000);
		if (!any_bad(run, first, rows))
		{
			memset(run->outcome + first, 's', (size_t) rows);
			first += rows;
			batchplan_stored(&plan);
		}
		else if (batchplan_refused(&plan, rows) == BATCH_ISOLATED)
		{
			assert_int_equal(rows, 1);
			run->outcome[first++] = 'd';
			batchplan_stored(&plan);
		}
	}
}

/*
 * Every good message is stored and every bad one put aside.
 */
static void
check(const Run *run)
{
	for (int i = 0; i < run->count; i++)
		assert_int_equal(run->outcome[i], run->bad[i] ? 'd' : 's');
}

/*
 * Nothing bad: one attempt for each full batch.
 */
static void
test_good(void **state)
{
	Run run = {.count = 2000};

	(void) state;
	work(&run, 1000);
	check(&run);
	assert_int_equal(run.attempts, 2);
}

/*
 * One bad message at any place: found in a number of attempts that grows with the
 * logarithm of the batch.
 */
static void
test_one_bad(void **state)
{
	(void) state;
	for (int bad = 0; bad < 1000; bad++)
	{
		Run run = {.count = 1000};

		run.bad[bad] = 1;
		work(&run, 1000);
		check(&run);
		assert_true(run.attempts <= 40);
	}
}

/*
 * All bad: two attempts for each, no more.
 */
static void
test_all_bad(void **state)
{
	Run run = {.count = 1000};

	(void) state;
	memset(run.bad, 1, 1000);
	work(&run, 1000);
	check(&run);
	assert_true(run.attempts <= 2 * 1000 + 10);
}

/*
 * Random patterns and batch sizes.
 */
static void
test_random(void **state)
{
	unsigned int seed = 99;

	(void) state;
	for (int i = 0; i < 500; i++)
	{
		Run run = {.count = 1 + rand_r(&seed) % MAX_MESSAGES};
		int one_in = 1 + rand_r(&seed) % 300;

		for (int m = 0; m < run.count; m++)
			run.bad[m] = rand_r(&seed) % one_in == 0;
		work(&run, 1 + rand_r(&seed) % 1500);
		check(&run);
	}
}

/*
 * A batch is full by rows or by bytes.
 */
static void
test_full(void **state)
{
	BatchPlan plan;

	(void) state;
	batchplan_init(&plan, 10, 100);
	assert_false(batchplan_is_full(&plan, 9, 99));
	assert_true(batchplan_is_full(&plan, 10, 0));
	assert_true(batchplan_is_full(&plan, 1, 100));
	assert_int_equal(batchplan_rows(&plan, 3), 3);
	assert_int_equal(batchplan_rows(&plan, 30), 10);
}

/*
 * Lost connections: some are an outage and change nothing; a message that causes
 * each of them is isolated in the end.
 */
static void
test_losses(void **state)
{
	BatchPlan plan;
	int rows = 64;
	int losses = 0;

	(void) state;
	batchplan_init(&plan, 64, 1000);
	for (int i = 1; i < BATCHPLAN_LOSSES; i++)
		assert_int_equal(batchplan_lost(&plan, 64), BATCH_RETRY);
	assert_int_equal(batchplan_rows(&plan, 64), 64);
	batchplan_stored(&plan);

	while (batchplan_lost(&plan, rows) == BATCH_RETRY)
	{
		rows = batchplan_rows(&plan, rows);
		assert_true(++losses < 20);
	}
	assert_int_equal(rows, 1);
	assert_true(losses >= 2 * BATCHPLAN_LOSSES - 1);
}

/*
 * Time-outs make batches smaller and never isolate; a message that could not be put
 * aside needs as many losses once more.
 */
static void
test_late_and_spared(void **state)
{
	BatchPlan plan;

	(void) state;
	batchplan_init(&plan, 64, 1000);
	for (int rows = 64; rows > 1; rows /= 2)
	{
		batchplan_late(&plan, rows);
		assert_int_equal(batchplan_rows(&plan, 64), rows / 2);
	}
	for (int i = 0; i < 100; i++)
		batchplan_late(&plan, 1);
	assert_int_equal(batchplan_rows(&plan, 64), 1);
	assert_int_equal(batchplan_lost(&plan, 1), BATCH_RETRY);
	while (batchplan_lost(&plan, 1) == BATCH_RETRY)
		;
	batchplan_spare(&plan);
	assert_int_equal(batchplan_lost(&plan, 1), BATCH_RETRY);
}

/*
 * Runs them.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_one_bad),
		cmocka_unit_test(test_all_bad),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_late_and_spared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
