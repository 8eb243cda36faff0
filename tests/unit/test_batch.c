/*
 * test_batch.c
 *	  The messages in the sink's hand.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "bridge/batch.h"

#include <stdlib.h>

static int destroyed;

/*
 * Stands in for librdkafka's.
 */
static void
destroy(rd_kafka_message_t *message)
{
	destroyed++;
	free(message);
}

/*
 * Makes a message of an offset.
 */
static rd_kafka_message_t *
message(int64_t offset)
{
	rd_kafka_message_t *made = calloc(1, sizeof(*made));

	assert_non_null(made);
	made->offset = offset;
	made->len = 10;
	made->key_len = 3;
	return made;
}

/*
 * Makes a batch of count messages from an offset on, every step-th.
 */
static void
fill(Batch *batch, int64_t offset, int count, int step)
{
	destroyed = 0;
	batch_init(batch, destroy);
	for (int i = 0; i < count; i++)
		batch_add(batch, message(offset + (int64_t) i * step));
}

/*
 * Messages are worked off from the front, and each is destroyed once.
 */
static void
test_drop(void **state)
{
	Batch batch;

	(void) state;
	fill(&batch, 100, 1000, 1);
	assert_int_equal(batch_left(&batch), 1000);
	assert_int_equal(batch.bytes, 13000);
	assert_int_equal(batch_next_offset(&batch, 1), 101);
	assert_int_equal(batch_next_offset(&batch, 1000), 1100);
	batch_drop(&batch, 400);
	assert_int_equal(destroyed, 400);
	assert_int_equal(batch_message(&batch, 0)->offset, 500);
	assert_int_equal(batch_next_offset(&batch, 10), 510);
	batch_drop(&batch, 600);
	assert_int_equal(destroyed, 1000);
	assert_int_equal(batch_left(&batch), 0);
	assert_int_equal(batch.bytes, 0);
	batch_add(&batch, message(5));
	assert_int_equal(batch_message(&batch, 0)->offset, 5);
	batch_free(&batch);
	assert_int_equal(destroyed, 1001);
}

/*
 * What the database has is dropped, by offset, also where offsets have gaps.
 */
static void
test_drop_below(void **state)
{
	Batch batch;

	(void) state;
	fill(&batch, 10, 10, 5);
	batch_drop_below(&batch, 10);
	assert_int_equal(batch_left(&batch), 10);
	batch_drop_below(&batch, 16);
	assert_int_equal(batch_message(&batch, 0)->offset, 20);
	assert_int_equal(batch_next_offset(&batch, 2), 26);
	batch_drop_below(&batch, 1000);
	assert_int_equal(batch_left(&batch), 0);
	assert_int_equal(destroyed, 10);
	batch_free(&batch);
	assert_int_equal(destroyed, 10);
}

/*
 * Clearing destroys what is left.
 */
static void
test_clear(void **state)
{
	Batch batch;

	(void) state;
	fill(&batch, 0, 10, 1);
	batch_drop(&batch, 3);
	batch_clear(&batch);
	batch_clear(&batch);
	assert_int_equal(destroyed, 10);
	batch_free(&batch);
}

/*
 * Runs them.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_drop_below),
		cmocka_unit_test(test_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
