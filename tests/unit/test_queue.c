/*
 * test_queue.c
 *	  The queue before the database: batches, order, bounds, expiry.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/clock.h"
#include "frontend/body.h"
#include "frontend/queue.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/*
 * Pushes a job.
 */
static bool
push(Queue *queue, Job *job, JobKind kind, size_t bytes, int64_t deadline_ms)
{
	memset(job, 0, sizeof(*job));
	job->kind = kind;
	job->bytes = bytes;
	job->deadline_ms = deadline_ms;
	return queue_push(queue, job);
}

/*
 * Takes without waiting and checks what came.
 */
static void
check_take(Queue *queue, size_t rows, size_t bytes, const Job *first, size_t count)
{
	Job *jobs = NULL;
	size_t length = 0;

	assert_int_equal(queue_take(queue, rows, bytes, 0, &jobs), count);
	if (count > 0)
		assert_ptr_equal(jobs, first);
	for (; jobs != NULL; jobs = jobs->next)
		length++;
	assert_int_equal(length, count);
}

/*
 * All receipts that wait are one batch, in order.
 */
static void
test_batch(void **state)
{
	Queue *queue = queue_new(100, 0);
	Job jobs[10];
	Job *taken;

	(void) state;
	for (int i = 0; i < 10; i++)
		assert_true(push(queue, &jobs[i], JOB_SUBMIT, 10, 1));
	assert_int_equal(queue_take(queue, 512, 1000, 0, &taken), 10);
	for (int i = 0; i < 10; i++, taken = taken->next)
		assert_ptr_equal(taken, &jobs[i]);
	assert_null(taken);
	check_take(queue, 512, 1000, NULL, 0);
	queue_free(queue);
}

/*
 * A batch is bounded by rows and by bytes, but a single job always goes.
 */
static void
test_batch_bounds(void **state)
{
	Queue *queue = queue_new(100, 0);
	Job jobs[7];

	(void) state;
	for (int i = 0; i < 6; i++)
		assert_true(push(queue, &jobs[i], JOB_SUBMIT, 10, 1));
	assert_true(push(queue, &jobs[6], JOB_SUBMIT, 5000, 1));
	check_take(queue, 2, 1000, &jobs[0], 2);
	check_take(queue, 512, 35, &jobs[2], 3);
	check_take(queue, 512, 1000, &jobs[5], 1);
	check_take(queue, 512, 1000, &jobs[6], 1);
	assert_int_equal(queue_length(queue), 0);
	queue_free(queue);
}

/*
 * Calls go one by one; the older head goes first, and receipts behind a call join
 * the batch of those before it.
 */
static void
test_kinds(void **state)
{
	Queue *queue = queue_new(100, 0);
	Job jobs[5];

	(void) state;
	push(queue, &jobs[0], JOB_CALL, 0, 1);
	push(queue, &jobs[1], JOB_SUBMIT, 1, 1);
	push(queue, &jobs[2], JOB_CALL, 0, 1);
	push(queue, &jobs[3], JOB_CALL, 0, 1);
	push(queue, &jobs[4], JOB_SUBMIT, 1, 1);
	check_take(queue, 512, 1000, &jobs[0], 1);
	check_take(queue, 512, 1000, &jobs[1], 2);
	check_take(queue, 512, 1000, &jobs[2], 1);
	check_take(queue, 512, 1000, &jobs[3], 1);
	check_take(queue, 512, 1000, NULL, 0);
	queue_free(queue);
}

/*
 * A full queue takes no more, until there is room again.
 */
static void
test_full(void **state)
{
	Queue *queue = queue_new(2, 0);
	Job jobs[3];

	(void) state;
	assert_true(push(queue, &jobs[0], JOB_SUBMIT, 1, 1));
	assert_true(push(queue, &jobs[1], JOB_CALL, 1, 1));
	assert_false(push(queue, &jobs[2], JOB_SUBMIT, 1, 1));
	check_take(queue, 512, 1000, &jobs[0], 1);
	assert_true(push(queue, &jobs[2], JOB_SUBMIT, 1, 1));
	queue_drain(queue);
	queue_free(queue);
}

/*
 * Expiry unlinks what is due, from anywhere, and the rest stays in order.
 */
static void
test_expire(void **state)
{
	Queue *queue = queue_new(100, 0);
	Job jobs[6];
	Job *expired;

	(void) state;
	for (int i = 0; i < 6; i++)
		push(queue, &jobs[i], i == 4 ? JOB_CALL : JOB_SUBMIT, 1, i % 2 ? 200 : 100);
	assert_null(queue_expire(queue, 99));
	expired = queue_expire(queue, 100);
	assert_ptr_equal(expired, &jobs[0]);
	assert_ptr_equal(expired->next, &jobs[2]);
	assert_ptr_equal(expired->next->next, &jobs[4]);
	assert_null(expired->next->next->next);
	assert_int_equal(queue_length(queue), 3);
	check_take(queue, 2, 1000, &jobs[1], 2);
	push(queue, &jobs[0], JOB_SUBMIT, 1, 100);
	check_take(queue, 512, 1000, &jobs[5], 2);
	push(queue, &jobs[0], JOB_SUBMIT, 1, 100);
	assert_ptr_equal(queue_drain(queue), &jobs[0]);
	assert_int_equal(queue_length(queue), 0);
	queue_free(queue);
}

/*
 * A closed queue takes nothing in but gives out what it has.
 */
static void
test_close(void **state)
{
	Queue *queue = queue_new(100, 0);
	Job jobs[2];
	int64_t start_ms = clock_ms();

	(void) state;
	push(queue, &jobs[0], JOB_SUBMIT, 1, 1);
	queue_close(queue);
	assert_true(queue_is_closed(queue));
	assert_false(push(queue, &jobs[1], JOB_SUBMIT, 1, 1));
	check_take(queue, 512, 1000, &jobs[0], 1);
	assert_int_equal(queue_take(queue, 512, 1000, 10000, (Job *[1]){NULL}), 0);
	queue_sleep(queue, 10000);
	assert_in_range(clock_ms() - start_ms, 0, 5000);
	queue_free(queue);
}

/*
 * While a batch is under way receipts gather, however many workers are free, and
 * calls overtake them; when it is done they go.
 */
static void
test_gather(void **state)
{
	Queue *queue = queue_new(100, 60000);
	Job jobs[4];
	Job *taken;

	(void) state;
	push(queue, &jobs[0], JOB_SUBMIT, 1, 1);
	assert_int_equal(queue_take(queue, 512, 1000, 60000, &taken), 1);
	push(queue, &jobs[1], JOB_SUBMIT, 1, 1);
	push(queue, &jobs[2], JOB_CALL, 1, 1);
	push(queue, &jobs[3], JOB_SUBMIT, 1, 1);
	check_take(queue, 512, 1000, &jobs[2], 1);
	queue_batch_done(queue);
	assert_int_equal(queue_take(queue, 512, 1000, 60000, &taken), 2);
	assert_ptr_equal(taken, &jobs[1]);
	queue_free(queue);
}

/*
 * A batch that is slow does not hold up the next for longer than the queue says.
 */
static void
test_gather_ends(void **state)
{
	Queue *queue = queue_new(100, 20);
	Job jobs[2];
	Job *taken;

	(void) state;
	push(queue, &jobs[0], JOB_SUBMIT, 1, 1);
	assert_int_equal(queue_take(queue, 512, 1000, 60000, &taken), 1);
	push(queue, &jobs[1], JOB_SUBMIT, 1, 1);
	assert_int_equal(queue_take(queue, 512, 1000, 60000, &taken), 1);
	assert_ptr_equal(taken, &jobs[1]);
	queue_free(queue);
}

static _Atomic size_t total;

/*
 * Takes until the queue is closed and empty.
 */
static void *
consume(void *arg)
{
	Queue *queue = arg;
	Job *jobs;
	size_t count;

	while ((count = queue_take(queue, 16, 1000000, 20, &jobs)) > 0 ||
	       !queue_is_closed(queue))
		total += count;
	return NULL;
}

/*
 * Nothing is lost or doubled between threads.
 */
static void
test_threads(void **state)
{
	enum
	{
		JOBS = 20000
	};
	static Job jobs[JOBS];
	Queue *queue = queue_new(JOBS, 0);
	pthread_t threads[3];

	(void) state;
	total = 0;
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, consume, queue), 0);
	for (int i = 0; i < JOBS; i++)
		assert_true(push(queue, &jobs[i], i % 3 ? JOB_SUBMIT : JOB_CALL, 1, 1));
	queue_close(queue);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(total, JOBS);
	queue_free(queue);
}

/*
 * Bodies: the limit of each, and the budget of all.
 */
static void
test_bodies(void **state)
{
	BodyBudget budget = {0, 100};
	Body one = {0};
	Body two = {0};
	static const char bytes[200];

	(void) state;
	assert_int_equal(body_append(&one, &budget, bytes, 30, 40, 40), BODY_TAKEN);
	assert_int_equal(one.size, 40);
	assert_int_equal(body_append(&one, &budget, bytes, 11, 40, 40), BODY_TOO_LARGE);
	assert_int_equal(body_append(&one, &budget, bytes, 10, 40, 40), BODY_TAKEN);
	assert_int_equal(body_append(&two, &budget, bytes, 61, 0, 200), BODY_NO_ROOM);
	assert_int_equal(body_append(&two, &budget, bytes, 60, 0, 200), BODY_TAKEN);
	assert_int_equal(budget.used, 100);
	body_free(&one, &budget);
	body_free(&two, &budget);
	assert_int_equal(budget.used, 0);
	assert_int_equal(body_append(&one, &budget, bytes, 0, 0, 0), BODY_TAKEN);
	body_free(&one, &budget);
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_batch),   cmocka_unit_test(test_batch_bounds),
		cmocka_unit_test(test_kinds),   cmocka_unit_test(test_full),
		cmocka_unit_test(test_expire),  cmocka_unit_test(test_close),
		cmocka_unit_test(test_gather),  cmocka_unit_test(test_gather_ends),
		cmocka_unit_test(test_threads), cmocka_unit_test(test_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
