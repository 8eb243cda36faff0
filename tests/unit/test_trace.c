/*
 * test_trace.c
 *	  W3C trace context: what is taken, what is made of it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "frontend/trace.h"

#include <string.h>

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN "00f067aa0ba902b7"

/*
 * The trace stays, the span is new each time, of the flags only "sampled" stays.
 */
static void
test_continue(void **state)
{
	char first[TRACEPARENT_SIZE];
	char second[TRACEPARENT_SIZE];

	(void) state;
	assert_true(trace_continue("00-" TRACE "-" SPAN "-01", first));
	assert_true(trace_continue("00-" TRACE "-" SPAN "-fe", second));
	assert_memory_equal(first, "00-" TRACE "-", 36);
	assert_memory_equal(second, "00-" TRACE "-", 36);
	assert_string_equal(first + 52, "-01");
	assert_string_equal(second + 52, "-00");
	assert_memory_not_equal(first + 36, SPAN, 16);
	assert_memory_not_equal(first + 36, second + 36, 16);
	assert_int_equal(strspn(first + 36, "0123456789abcdef"), 16);
}

/*
 * A later version may say more; we answer in ours.
 */
static void
test_later_version(void **state)
{
	char made[TRACEPARENT_SIZE];

	(void) state;
	assert_true(trace_continue("01-" TRACE "-" SPAN "-01-what-the-future-has", made));
	assert_memory_equal(made, "00-" TRACE "-", 36);
	assert_true(trace_continue("cc-" TRACE "-" SPAN "-01", made));
}

/*
 * What is malformed is no traceparent.
 */
static void
test_malformed(void **state)
{
	static const char *const bad[] = {
		"",
		"00",
		"00-" TRACE "-" SPAN,
		"00-" TRACE "-" SPAN "-0",
		"00-" TRACE "-" SPAN "-01-more",
		"00-" TRACE "-" SPAN "-011",
		"01-" TRACE "-" SPAN "-01x",
		"ff-" TRACE "-" SPAN "-01",
		"00-00000000000000000000000000000000-" SPAN "-01",
		"00-" TRACE "-0000000000000000-01",
		"00-4BF92F3577B34DA6A3CE929D0E0E4736-" SPAN "-01",
		"00-" TRACE "-00f067aa0ba902bg-01",
		"00_" TRACE "_" SPAN "_01",
		"0-" TRACE "0-" SPAN "-01",
	};
	char made[TRACEPARENT_SIZE];

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		assert_false(trace_continue(bad[i], made));
		assert_string_equal(made, "");
	}
	assert_false(trace_continue(NULL, made));
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_continue),
		cmocka_unit_test(test_later_version),
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
