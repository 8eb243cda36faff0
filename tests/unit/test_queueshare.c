/*
 * test_queueshare.c
 *	  How much of each partition the sink reads ahead.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "bridge/sink.h"

#define MIB (1024 * 1024)

/*
 * All partitions together stay within the bound, as long as none has less than what
 * one needs at least.
 */
static void
test_bound(void **state)
{
	(void) state;
	for (int partitions = 0; partitions <= 4096; partitions++)
	{
		int share = sink_queue_share(64 * MIB, partitions);

		assert_in_range(share, 16, 8192);
		assert_true((int64_t) share * 1024 * partitions <= 64 * MIB);
	}
	assert_int_equal(sink_queue_share(64 * MIB, 6), 8192);
	assert_int_equal(sink_queue_share(64 * MIB, 64), 1024);
	assert_int_equal(sink_queue_share(65536, 1000), 16);
	assert_int_equal(sink_queue_share(INT32_MAX, 1), 8192);
}

/*
 * Runs them.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_bound)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
