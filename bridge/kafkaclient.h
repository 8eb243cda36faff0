/*
 * kafkaclient.h
 *	  A librdkafka producer or consumer for a poll() loop: an eventfd that becomes
 *	  readable when there is something to serve, its log and errors in our log,
 *	  and whether a broker can be reached.
 */
#ifndef BRIDGE_KAFKACLIENT_H
#define BRIDGE_KAFKACLIENT_H

#include "bridge/health.h"
#include "bridge/kafkalog.h"

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

typedef struct KafkaClient
{
	rd_kafka_t *rk;
	int wake_fd; /* eventfd */
	bool fatal;  /* librdkafka raised a fatal error: make a new instance */
	bool known;  /* broker_up has been logged at least once */
	Health *health;
	KafkaLog log;
	void *owner; /* the relay or the sink, for their callbacks */
} KafkaClient;

/* Prepares the parts that outlive an instance (the eventfd). Ends the process
 * when the system has no descriptor left. */
extern void kafkaclient_init(KafkaClient *client, Health *health, void *owner);
extern void kafkaclient_close(KafkaClient *client);

/*
 * Makes an instance.  Takes conf, adds our callbacks (its opaque is the client),
 * and wires the queue of the producer or the consumer to wake_fd.  False when
 * librdkafka refuses the configuration (logged).
 */
extern bool kafkaclient_start(KafkaClient *client, rd_kafka_type_t type,
                              rd_kafka_conf_t *conf);

/* Makes wake_fd readable also for this queue. */
extern void kafkaclient_watch(KafkaClient *client, rd_kafka_queue_t *queue);

/* Empties wake_fd; call before serving the queues. */
extern void kafkaclient_woken(KafkaClient *client);

/* A broker answered, or none can be reached: logs a change and notes it. */
extern void kafkaclient_set_up(KafkaClient *client, bool up, const char *reason);

/*
 * Whether a delivery report proves that the broker has the message: it says where.
 *
 * librdkafka reports success without an offset for a batch that failed while a
 * later one of the same partition went through; it concludes that the broker must
 * have both.  A broker takes any first sequence number in a partition that is new
 * to a producer, as after a topic has grown, so it may well have the later only.
 */
extern bool kafkaclient_is_stored(const rd_kafka_message_t *report);

/* Destroys the instance; messages that were not sent are dropped. */
extern void kafkaclient_stop(KafkaClient *client);

#endif /* BRIDGE_KAFKACLIENT_H */
