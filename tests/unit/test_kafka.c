/*
 * test_kafka.c
 *	  librdkafka's settings and log lines.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "bridge/kafkaclient.h"
#include "bridge/kafkaconf.h"
#include "bridge/kafkalog.h"

#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>
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

/* What has been reported as sent, and what of it is proved to be stored. */
typedef struct Reports
{
	int good;
	int stored;
} Reports;

/*
 * Counts a report.
 */
static void
on_report(rd_kafka_t *rk, const rd_kafka_message_t *report, void *opaque)
{
	Reports *reports = opaque;

	(void) rk;
	reports->good += report->err == RD_KAFKA_RESP_ERR_NO_ERROR;
	reports->stored += kafkaclient_is_stored(report);
}

/*
 * Makes an idempotent producer of single messages, with a broker inside it.
 */
static rd_kafka_t *
new_producer(Reports *reports)
{
	static const KafkaSetting settings[] = {{"test.mock.num.brokers", "1"},
	                                        {"enable.idempotence", "true"},
	                                        {"batch.num.messages", "1"},
	                                        {"linger.ms", "0"},
	                                        {NULL, NULL}};
	static const KafkaSetting none[] = {{NULL, NULL}};
	const KafkaPassed passed = {0};
	rd_kafka_conf_t *conf = kafka_conf_new(settings, &passed, none);
	char error[256];

	rd_kafka_conf_set_opaque(conf, reports);
	rd_kafka_conf_set_dr_msg_cb(conf, on_report);
	return rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
}

/*
 * The broker refuses the first of several messages that are under way and takes
 * the others: no more count as stored than it has.
 */
static void
test_unproved(void **state)
{
	Reports reports = {0};
	rd_kafka_t *rk = new_producer(&reports);
	rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, "t", NULL);
	rd_kafka_mock_cluster_t *broker = rd_kafka_handle_mock_cluster(rk);
	const struct rd_kafka_metadata *metadata;
	int64_t low;
	int64_t high = -1;

	(void) state;
	rd_kafka_mock_topic_create(broker, "t", 1, 1);
	assert_int_equal(rd_kafka_metadata(rk, 0, topic, &metadata, 10000), 0);
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_mock_push_request_errors(broker, 0 /* Produce */, 1,
	                                  RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
	for (int i = 0; i < 4; i++)
		assert_int_equal(
			rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, "value", 5, NULL, 0, NULL),
			0);
	assert_int_equal(rd_kafka_flush(rk, 20000), 0);
	assert_int_equal(rd_kafka_query_watermark_offsets(rk, "t", 0, &low, &high, 10000),
	                 0);
	assert_int_equal(reports.good, 4);
	assert_true(high >= 3);
	assert_int_equal(reports.stored, high);
	rd_kafka_topic_destroy(topic);
	rd_kafka_destroy(rk);
}

/*
 * Runs them.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pass),  cmocka_unit_test(test_unproved),
		cmocka_unit_test(test_order), cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
