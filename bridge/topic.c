/*
 * topic.c
 *	  Makes the topic; see topic.h.
 */
#include "bridge/topic.h"

#include "bridge/kafkalog.h"
#include "bridge/options.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/stop.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#define REQUEST_MS 5000
#define RETRY_MS 500

/* One try. */
typedef enum TopicResult
{
	TOPIC_THERE,
	TOPIC_MISSING,
	TOPIC_RETRY,  /* no broker yet, or not ready */
	TOPIC_REFUSED /* trying again is of no use */
} TopicResult;

/* Why the last try failed. */
typedef struct TopicTrouble
{
	char text[512];
} TopicTrouble;

/*
 * librdkafka's lines while there is no broker yet are not interesting here.
 */
static void
on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	(void) rk;
	(void) level;
	(void) facility;
	log_debug("librdkafka: %s", text);
}

/*
 * Makes the client for administration.
 */
static rd_kafka_t *
make_client(const BrokerOptions *options)
{
	const KafkaSetting defaults[] = {{"reconnect.backoff.max.ms", "500"}, {NULL, NULL}};
	const KafkaSetting fixed[] = {{"bootstrap.servers", options->brokers},
	                              {NULL, NULL}};
	rd_kafka_conf_t *conf = kafka_conf_new(defaults, &options->passed, fixed);
	char error[512];
	rd_kafka_t *rk;

	if (conf == NULL)
		return NULL;
	rd_kafka_conf_set_log_cb(conf, on_log);
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
	if (rk == NULL)
	{
		rd_kafka_conf_destroy(conf);
		log_error("could not make a Kafka client: %s", error);
	}
	return rk;
}

/*
 * Looks whether the topic is there.  All topics are asked for, since asking for
 * one by name makes some brokers create it, with defaults of their own.
 */
static TopicResult
look(rd_kafka_t *rk, const char *name, int *partitions, TopicTrouble *trouble)
{
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t err = rd_kafka_metadata(rk, 1, NULL, &metadata, 1000);
	TopicResult result = TOPIC_MISSING;

	if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
	{
		snprintf(trouble->text, sizeof(trouble->text), "%s", rd_kafka_err2str(err));
		return TOPIC_RETRY;
	}
	for (int i = 0; i < metadata->topic_cnt; i++)
	{
		if (strcmp(metadata->topics[i].topic, name) != 0)
			continue;
		*partitions = metadata->topics[i].partition_cnt;
		result = *partitions > 0 ? TOPIC_THERE : TOPIC_RETRY;
	}
	rd_kafka_metadata_destroy(metadata);
	return result;
}

/*
 * Puts "key=value,key=value" into the request.
 */
static bool
add_config(rd_kafka_NewTopic_t *topic, const char *config)
{
	char copy[1024];
	char *state = NULL;

	if (snprintf(copy, sizeof(copy), "%s", config) >= (int) sizeof(copy))
		return false;
	for (char *item = strtok_r(copy, ",", &state); item != NULL;
	     item = strtok_r(NULL, ",", &state))
	{
		char *value = strchr(item, '=');

		if (value == NULL)
			return false;
		*value++ = '\0';
		rd_kafka_NewTopic_set_config(topic, item, value);
	}
	return true;
}

/*
 * Reads the broker's answer.  Somebody else may have made the topic meanwhile.
 */
static TopicResult
judge(rd_kafka_event_t *event, const char *name, TopicTrouble *trouble)
{
	const rd_kafka_CreateTopics_result_t *result =
		event != NULL ? rd_kafka_event_CreateTopics_result(event) : NULL;
	const rd_kafka_topic_result_t **topics;
	size_t count = 0;
	rd_kafka_resp_err_t err;

	if (result == NULL || rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
	{
		snprintf(trouble->text, sizeof(trouble->text), "%s",
		         event != NULL ? rd_kafka_event_error_string(event) : "no answer");
		return TOPIC_RETRY;
	}
	topics = rd_kafka_CreateTopics_result_topics(result, &count);
	if (count != 1)
		return TOPIC_RETRY;
	err = rd_kafka_topic_result_error(topics[0]);
	if (err == RD_KAFKA_RESP_ERR_NO_ERROR ||
	    err == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
		return TOPIC_RETRY; /* look again, until it can be seen */
	if (err == RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR ||
	    err == RD_KAFKA_RESP_ERR_NOT_CONTROLLER ||
	    err == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT)
	{
		snprintf(trouble->text, sizeof(trouble->text), "%s", rd_kafka_err2str(err));
		return TOPIC_RETRY; /* brokers that are only just starting say so */
	}
	log_error("could not create the topic \"%s\": %s: %s", name, rd_kafka_err2name(err),
	          rd_kafka_topic_result_error_string(topics[0]));
	return TOPIC_REFUSED;
}

/*
 * Asks for the topic.
 */
static TopicResult
create(rd_kafka_t *rk, const BrokerOptions *options, TopicTrouble *trouble)
{
	char error[512];
	rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(
		options->topic, options->partitions, options->replicas, error, sizeof(error));
	rd_kafka_queue_t *queue;
	rd_kafka_event_t *event;
	TopicResult result;

	if (topic == NULL || !add_config(topic, options->topic_config))
	{
		log_error("could not create the topic \"%s\": %s", options->topic,
		          topic == NULL ? error : "topic-config is not KEY=VALUE with commas");
		if (topic != NULL)
			rd_kafka_NewTopic_destroy(topic);
		return TOPIC_REFUSED;
	}
	queue = rd_kafka_queue_new(rk);
	rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
	event = rd_kafka_queue_poll(queue, REQUEST_MS);
	result = judge(event, options->topic, trouble);
	if (event != NULL)
		rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
	rd_kafka_NewTopic_destroy(topic);
	return result;
}

/*
 * Tries until the topic is there, it is refused, or the time is up.
 */
static int
make_topic(rd_kafka_t *rk, const BrokerOptions *options)
{
	int64_t deadline = clock_ms() + (int64_t) options->wait_s * 1000;
	struct pollfd fd = {.fd = stop_fd(), .events = POLLIN};
	TopicTrouble trouble = {.text = "no answer"};
	int partitions = 0;
	bool created = false;

	for (;;)
	{
		TopicResult result = look(rk, options->topic, &partitions, &trouble);

		if (result == TOPIC_THERE)
		{
			printf("topic \"%s\" on %s %s, %d partitions\n", options->topic,
			       options->brokers, created ? "was created" : "is there", partitions);
			return 0;
		}
		if (result == TOPIC_MISSING)
		{
			result = create(rk, options, &trouble);
			created = true;
		}
		if (result == TOPIC_REFUSED || stop_requested())
			return 1;
		if (clock_ms() >= deadline)
		{
			log_error(
				"topic \"%s\" is not on %s, and could not be created within %d s: %s",
				options->topic, options->brokers, options->wait_s, trouble.text);
			return 1;
		}
		poll(&fd, 1, created ? RETRY_MS / 5 : RETRY_MS);
	}
}

/*
 * See topic.h.
 */
int
topic_main(int argc, char **argv)
{
	BrokerOptions options;
	SettingsResult loaded = topic_options_load(&options, argc, argv);
	rd_kafka_t *rk;
	int code = 1;

	if (loaded != SETTINGS_OK)
		return loaded == SETTINGS_EXIT ? 0 : 2;
	stop_install(15);
	rk = make_client(&options);
	if (rk != NULL)
	{
		code = make_topic(rk, &options);
		rd_kafka_destroy(rk);
	}
	kafka_passed_free(&options.passed);
	return code;
}
