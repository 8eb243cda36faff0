/*
 * test_kafka.c
 *	  librdkafka's settings and log lines.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "bridge/kafkaconf.h"
#include "bridge/kafkalog.h"

#include <string.h>

/*
 * Good settings are kept in order; mistakes are named; what exactness rests on
 * cannot be changed.
 */
static void
test_pass(void **state)
{
	KafkaPassed passed = {0};
	char error[512] = "";

	(void) state;
	assert_true(kafka_pass("linger.ms", "7", error, sizeof(error), &passed));
	assert_true(kafka_pass("compression.codec", "zstd", error, sizeof(error), &passed));
	assert_int_equal(passed.count, 2);
	assert_string_equal(passed.items[0].key, "linger.ms");
	assert_string_equal(passed.items[1].value, "zstd");
	assert_false(kafka_pass("no.such.key", "1", error, sizeof(error), &passed));
	assert_non_null(strstr(error, "no.such.key"));
	assert_false(kafka_pass("linger.ms", "much", error, sizeof(error), &passed));
	assert_true(strlen(error) > 0);
	assert_false(kafka_pass("acks", "1", error, sizeof(error), &passed));
	assert_non_null(strstr(error, "acks"));
	assert_false(
		kafka_pass("enable.auto.commit", "true", error, sizeof(error), &passed));
	assert_false(
		kafka_pass("auto.offset.reset", "latest", error, sizeof(error), &passed));
	assert_int_equal(passed.count, 2);
	kafka_passed_free(&passed);
}

/*
 * Reads a setting back.
 */
static void
assert_setting(const rd_kafka_conf_t *conf, const char *key, const char *wanted)
{
	char value[256];
	size_t size = sizeof(value);

	assert_int_equal(rd_kafka_conf_get(conf, key, value, &size), RD_KAFKA_CONF_OK);
	assert_string_equal(value, wanted);
}

/*
 * What is passed wins over a default, and what is fixed over both.
 */
static void
test_order(void **state)
{
	const KafkaSetting defaults[] = {
		{"linger.ms", "5"}, {"client.id", "a"}, {"retries", "3"}, {NULL, NULL}};
	const KafkaSetting fixed[] = {{"retries", "9"}, {NULL, NULL}};
	const KafkaSetting wrong[] = {{"retries", "many"}, {NULL, NULL}};
	KafkaPassed passed = {0};
	char error[512];
	rd_kafka_conf_t *conf;

	(void) state;
	assert_true(kafka_pass("linger.ms", "7", error, sizeof(error), &passed));
	assert_true(kafka_pass("retries", "4", error, sizeof(error), &passed));
	conf = kafka_conf_new(defaults, &passed, fixed);
	assert_non_null(conf);
	assert_setting(conf, "linger.ms", "7");
	assert_setting(conf, "client.id", "a");
	assert_setting(conf, "retries", "9");
	rd_kafka_conf_destroy(conf);
	assert_null(kafka_conf_new(defaults, &passed, wrong));
	kafka_passed_free(&passed);
}

/*
 * A line is new once per state, whatever numbers it carries.
 */
static void
test_repeats(void **state)
{
	static KafkaLog log;

	(void) state;
	assert_true(
		kafkalog_is_new(&log, "h:1/1: Connect failed: refused (after 0ms in x)"));
	assert_false(
		kafkalog_is_new(&log, "h:1/1: Connect failed: refused (after 3ms in y)"));
	assert_false(kafkalog_is_new(&log, "h:1/2: Connect failed: refused"));
	assert_true(kafkalog_is_new(&log, "h:1/1: Connect failed: no route"));
	kafkalog_forget(&log);
	assert_true(kafkalog_is_new(&log, "h:1/2: Connect failed: refused"));
}

/*
 * A full table takes over its oldest place.
 */
static void
test_full(void **state)
{
	static KafkaLog log;
	char line[] = "line a a";

	(void) state;
	for (int i = 0; i < 2 * KAFKALOG_REMEMBERED; i++)
	{
		line[5] = (char) ('a' + i % 26);
		line[7] = (char) ('a' + i / 26);
		assert_true(kafkalog_is_new(&log, line));
		assert_false(kafkalog_is_new(&log, line));
	}
}

/*
 * Runs them.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pass),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
