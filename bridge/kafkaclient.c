/*
 * kafkaclient.c
 *	  A librdkafka producer or consumer for a poll() loop; see kafkaclient.h.
 */
#include "bridge/kafkaclient.h"

#include "common/log.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/*
 * See kafkaclient.h.
 */
void
kafkaclient_init(KafkaClient *client, Health *health, void *owner)
{
	memset(client, 0, sizeof(*client));
	client->health = health;
	client->owner = owner;
	client->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (client->wake_fd < 0)
	{
		log_error("could not create an event descriptor: %s", strerror(errno));
		exit(1);
	}
}

/*
 * Gives the eventfd back.
 */
void
kafkaclient_close(KafkaClient *client)
{
	close(client->wake_fd);
}

/*
 * Takes a log line of librdkafka; runs in any of its threads.
 */
static void
on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	KafkaClient *client = rd_kafka_opaque(rk);

	(void) facility;
	kafkalog_line(&client->log, level, text);
}

/*
 * See kafkaclient.h.
 */
void
kafkaclient_set_up(KafkaClient *client, bool up, const char *reason)
{
	if (client->known && client->health->broker_up == up)
		return;
	client->known = true;
	health_set_broker(client->health, up);
	if (up)
	{
		kafkalog_forget(&client->log);
		log_info("Kafka can be reached");
	}
	else
		log_error("Kafka cannot be reached, trying again until it works: %s", reason);
}

/*
 * Takes an error that concerns no single message.  Most are for information:
 * librdkafka goes on by itself.  A fatal one ends this instance.
 */
static void
on_error(rd_kafka_t *rk, int err, const char *reason, void *opaque)
{
	KafkaClient *client = opaque;
	char text[512];

	switch (err)
	{
		case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
			kafkaclient_set_up(client, false, reason);
			break;
		case RD_KAFKA_RESP_ERR__FATAL:
			rd_kafka_fatal_error(rk, text, sizeof(text));
			log_error("librdkafka raised a fatal error: %s", text);
			client->fatal = true;
			break;
		case RD_KAFKA_RESP_ERR__TRANSPORT:
		case RD_KAFKA_RESP_ERR__RESOLVE:
			log_debug("librdkafka: %s", reason); /* its log says the same */
			break;
		default:
			kafkalog_line(&client->log, 4, reason);
			break;
	}
}

/*
 * Looks through the statistics for a broker in state UP.  Only they tell that a
 * broker is back while there is nothing to send or to read.
 */
static int
on_stats(rd_kafka_t *rk, char *json, size_t size, void *opaque)
{
	struct json_object *root = json_tokener_parse(json);
	struct json_object *brokers;
	bool up = false;

	(void) rk;
	(void) size;
	if (root == NULL)
		return 0;
	if (json_object_object_get_ex(root, "brokers", &brokers))
	{
		json_object_object_foreach (brokers, name, broker)
		{
			struct json_object *state;

			(void) name;
			if (json_object_object_get_ex(broker, "state", &state) &&
			    strcmp(json_object_get_string(state), "UP") == 0)
				up = true;
		}
	}
	json_object_put(root);
	kafkaclient_set_up(opaque, up, "no connection to any broker");
	return 0;
}

/*
 * See kafkaclient.h.
 */
void
kafkaclient_watch(KafkaClient *client, rd_kafka_queue_t *queue)
{
	static const uint64_t one = 1;

	rd_kafka_queue_io_event_enable(queue, client->wake_fd, &one, sizeof(one));
}

/*
 * See kafkaclient.h.
 */
void
kafkaclient_woken(KafkaClient *client)
{
	uint64_t count;

	if (read(client->wake_fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		log_error("could not read an event descriptor: %s", strerror(errno));
}

/*
 * See kafkaclient.h.
 */
bool
kafkaclient_start(KafkaClient *client, rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
	char error[512];
	rd_kafka_queue_t *queue;

	client->fatal = false;
	rd_kafka_conf_set_opaque(conf, client);
	rd_kafka_conf_set_log_cb(conf, on_log);
	rd_kafka_conf_set_error_cb(conf, on_error);
	rd_kafka_conf_set_stats_cb(conf, on_stats);
	client->rk = rd_kafka_new(type, conf, error, sizeof(error));
	if (client->rk == NULL)
	{
		rd_kafka_conf_destroy(conf);
		log_error("could not make a Kafka client: %s", error);
		return false;
	}
	if (type == RD_KAFKA_CONSUMER)
		rd_kafka_poll_set_consumer(client->rk);
	queue = type == RD_KAFKA_CONSUMER ? rd_kafka_queue_get_consumer(client->rk)
	                                  : rd_kafka_queue_get_main(client->rk);
	kafkaclient_watch(client, queue);
	rd_kafka_queue_destroy(queue);
	return true;
}

/*
 * See kafkaclient.h.
 */
bool
kafkaclient_is_stored(const rd_kafka_message_t *report)
{
	return report->err == RD_KAFKA_RESP_ERR_NO_ERROR && report->offset >= 0;
}

/*
 * See kafkaclient.h.
 */
void
kafkaclient_stop(KafkaClient *client)
{
	if (client->rk == NULL)
		return;
	rd_kafka_destroy(client->rk);
	client->rk = NULL;
}
