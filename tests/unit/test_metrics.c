/*
 * test_metrics.c
 *	  The Prometheus text.  The registry is one for the process, so the text of
 *	  all tests is checked together, line by line.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/metrics.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Checks that the registry's text holds a piece, and how often.
 */
static void
check_text(const char *wanted, int times)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	int found = 0;

	assert_non_null(out);
	metrics_write(out);
	fclose(out);
	for (const char *at = text; (at = strstr(at, wanted)) != NULL; at++)
		found++;
	if (found != times)
		print_error("\"%s\" %d times in:\n%s", wanted, found, text);
	assert_int_equal(found, times);
	free(text);
}

/*
 * Counters and gauges.
 */
static void
test_numbers(void **state)
{
	Metric *counter = metric_counter("t_total", "Things", "kind=\"a\"");
	Metric *gauge = metric_gauge("t_level", "Level", NULL);

	(void) state;
	metric_add(counter, 3);
	metric_add(counter, 4);
	metric_set(gauge, -5);
	assert_int_equal(metric_value(counter), 7);
	check_text("# HELP t_total Things\n# TYPE t_total counter\nt_total{kind=\"a\"} 7\n",
	           1);
	check_text("# TYPE t_level gauge\nt_level -5\n", 1);
}

/*
 * The same name and labels are the same metric; other labels join the name's
 * group even when something was registered in between.
 */
static void
test_groups(void **state)
{
	Metric *one = metric_counter("g_total", "Grouped", "k=\"1\"");

	(void) state;
	metric_gauge("g_between", "Between", NULL);
	assert_ptr_equal(metric_counter("g_total", "Grouped", "k=\"1\""), one);
	assert_ptr_not_equal(metric_counter("g_total", "Grouped", "k=\"2\""), one);
	check_text("# TYPE g_total", 1);
	check_text("g_total{k=\"1\"} 0\ng_total{k=\"2\"} 0\n", 1);
}

/*
 * Buckets are cumulative and written in seconds without noise.
 */
static void
test_histogram(void **state)
{
	Metric *latency = metric_histogram("h_seconds", "Time", "r=\"x\"");

	(void) state;
	metric_observe_us(latency, 100);
	metric_observe_us(latency, 101);
	metric_observe_us(latency, 40000000);
	check_text("h_seconds_bucket{r=\"x\",le=\"0.0001\"} 1\n", 1);
	check_text("h_seconds_bucket{r=\"x\",le=\"0.00025\"} 2\n", 1);
	check_text("h_seconds_bucket{r=\"x\",le=\"30\"} 2\n", 1);
	check_text("h_seconds_bucket{r=\"x\",le=\"+Inf\"} 3\n", 1);
	check_text("h_seconds_sum{r=\"x\"} 40.000201\nh_seconds_count{r=\"x\"} 3\n", 1);
}

/*
 * Histograms of counts have powers of two.
 */
static void
test_count_histogram(void **state)
{
	Metric *rows = metric_histogram_counts("c_rows", "Rows", NULL);

	(void) state;
	metric_observe_count(rows, 3);
	check_text("c_rows_bucket{le=\"2\"} 0\nc_rows_bucket{le=\"4\"} 1\n", 1);
	check_text("c_rows_sum 3\nc_rows_count 1\n", 1);
}

/*
 * Samples of another source.
 */
static void
test_samples(void **state)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	(void) state;
	assert_non_null(out);
	metrics_write_header(out, "s", "gauge", "a\\b\nc");
	metrics_write_sample(out, "s", "", 0.1);
	metrics_write_sample(out, "s", "a=\"b\"", INFINITY);
	metrics_write_sample(out, "s", NULL, NAN);
	metrics_write_sample(out, "s", NULL, 1e15);
	fclose(out);
	assert_string_equal(text, "# HELP s a\\\\b\\nc\n# TYPE s gauge\ns 0.1\n"
	                          "s{a=\"b\"} +Inf\ns NaN\ns 1e+15\n");
	free(text);
}

/*
 * Adds and registers from a thread.
 */
static void *
add_many(void *arg)
{
	(void) arg;
	for (int i = 0; i < 10000; i++)
		metric_add(metric_counter("p_total", "Parallel", NULL), 1);
	return NULL;
}

/*
 * Nothing is lost between threads.
 */
static void
test_threads(void **state)
{
	pthread_t threads[4];

	(void) state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, add_many, NULL), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	check_text("\np_total 40000\n", 1);
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),   cmocka_unit_test(test_groups),
		cmocka_unit_test(test_histogram), cmocka_unit_test(test_count_histogram),
		cmocka_unit_test(test_samples),   cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
