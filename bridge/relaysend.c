/*
 * relaysend.c
 *	  From a row of the outbox to a Kafka message, and from its delivery report
 *	  back to the window.
 *
 * The message follows the CloudEvents Kafka binding in binary mode: the receipt
 * is the value as it is, and the event's attributes are headers.
 */
#include "bridge/relay.h"

#include "common/clock.h"
#include "common/crashpoint.h"
#include "common/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What a message takes beyond key and value: headers and framing, roughly. */
#define MESSAGE_OVERHEAD 256

/* A trouble with deliveries counts as one at least so long. */
#define TROUBLE_SHORTEST_MS 10000

/*
 * Estimates what a receipt takes in the window.
 */
size_t
relay_row_bytes(const OutboxRow *row)
{
	return row->key_len + row->value_len + MESSAGE_OVERHEAD;
}

/*
 * Tells errors that are the message's own fault from those of the topic, the
 * broker or the way there.
 */
static bool
is_refusal(rd_kafka_resp_err_t err)
{
	return err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
	       err == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE ||
	       err == RD_KAFKA_RESP_ERR_INVALID_MSG ||
	       err == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE ||
	       err == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

/*
 * Parks a receipt that was refused; alone says that it alone is to blame.
 */
static void
park(Relay *relay, int64_t id, bool alone, rd_kafka_resp_err_t err)
{
	if (parked_refused(&relay->parked, id, alone, clock_ms()))
		log_error("Kafka refuses receipt %" PRId64 ", which stays in the outbox and is "
		          "tried again now and then: %s",
		          id, rd_kafka_err2str(err));
	metric_set(relay->metrics.parked, relay->parked.count);
}

/*
 * Logs, once per state, what keeps receipts from being delivered.
 */
static void
report(Relay *relay, rd_kafka_resp_err_t err)
{
	char line[512];

	snprintf(line, sizeof(line), "could not deliver to topic \"%s\", trying again: %s",
	         relay->options->topic, rd_kafka_err2str(err));
	kafkalog_error(&relay->kafka.log, line);
	if (relay->delivery_trouble_ms == 0)
		relay->delivery_trouble_ms = clock_ms();
}

/*
 * Ends the state that report() began; not at once, lest a trouble that comes and
 * goes fills the log.
 */
static void
end_trouble(Relay *relay)
{
	if (clock_ms() - relay->delivery_trouble_ms < TROUBLE_SHORTEST_MS)
		return;
	relay->delivery_trouble_ms = 0;
	kafkalog_forget(&relay->kafka.log);
	log_info("delivering to topic \"%s\" again", relay->options->topic);
}

/*
 * Takes a receipt back that Kafka has taken after all, alone: it was refused for
 * the company it was in.
 */
static void
acquit(Relay *relay, int64_t id)
{
	if (kafkalog_is_new(&relay->kafka.log, "batch refused"))
		log_warning(
			"Kafka refused a whole batch whose receipts it takes one by one, which "
			"is slow: set -X batch.size below the topic's max.message.bytes");
	parked_remove(&relay->parked, id);
	metric_set(relay->metrics.parked, relay->parked.count);
}

/*
 * Takes note of a success: whatever was wrong is over.
 */
static void
delivered(Relay *relay, Flight *flight, const rd_kafka_message_t *message)
{
	if (inflight_delivered_count(relay->window) == 0)
		relay->ack.oldest_ms = clock_ms();
	inflight_delivered(relay->window, flight, message->partition, message->offset);
	metric_add(relay->metrics.delivered, 1);
	metric_observe_us(relay->metrics.delivery_seconds, clock_us() - flight->sent_us);
	backoff_reset(&relay->delivery_backoff);
	kafkaclient_set_up(&relay->kafka, true, "");
	if (relay->delivery_trouble_ms != 0)
		end_trouble(relay);
	if (relay->parked.count > 0 && parked_contains(&relay->parked, flight->id))
		acquit(relay, flight->id);
}

/*
 * Takes note of a failure.  The receipt leaves the window and is still in the
 * outbox.  A refusal concerns this one; anything else concerns all, so fetching
 * waits a little; but for a success that proves nothing, which is over.
 */
static void
failed(Relay *relay, const Flight *flight, rd_kafka_resp_err_t err)
{
	metric_add(relay->metrics.failed, 1);
	if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
	{
		log_info("sending receipt %" PRId64 " again: nothing says that Kafka has it",
		         flight->id);
		relay_fetch_again(relay, false);
		return;
	}
	if (is_refusal(err))
	{
		CRASH_POINT("relay-before-park");
		park(relay, flight->id, relay->probe.id == flight->id, err);
		return;
	}
	report(relay, err);
	relay_fetch_again(relay, true);
}

/*
 * Takes a delivery report.
 */
static void
on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
	KafkaClient *client = opaque;
	Relay *relay = client->owner;
	Flight *flight = message->_private;

	(void) rk;
	if (kafkaclient_is_stored(message))
	{
		CRASH_POINT("relay-delivery-reported");
		delivered(relay, flight, message);
		return;
	}
	failed(relay, flight, message->err);
	inflight_remove_sent(relay->window, flight);
}

/*
 * Makes the producer.
 *
 * message.timeout.ms=0: librdkafka tries for as long as it takes; an outage is no
 * reason to give a receipt back.  message.max.bytes is above what the front end
 * takes, so that it is the broker's limit that decides.  The queue is bounded by
 * our window; its own limits only have to be larger.
 */
bool
relay_producer_start(Relay *relay)
{
	const BridgeOptions *options = relay->options;
	char messages[32];
	char kbytes[32];
	const KafkaSetting defaults[] = {{"client.id", "receipts-relay"},
	                                 {"compression.codec", "lz4"},
	                                 {"linger.ms", "5"},
	                                 {"message.timeout.ms", "0"},
	                                 {"message.max.bytes", "8388608"},
	                                 {"queue.buffering.max.messages", messages},
	                                 {"queue.buffering.max.kbytes", kbytes},
	                                 {"reconnect.backoff.ms", "100"},
	                                 {"reconnect.backoff.max.ms", "2000"},
	                                 {"topic.metadata.refresh.interval.ms", "60000"},
	                                 {"log.connection.close", "false"},
	                                 {NULL, NULL}};
	const KafkaSetting fixed[] = {{"bootstrap.servers", options->brokers},
	                              {"enable.idempotence", "true"},
	                              {"acks", "all"},
	                              {"statistics.interval.ms", "1000"},
	                              {NULL, NULL}};
	rd_kafka_conf_t *conf;

	snprintf(messages, sizeof(messages), "%d", options->window_messages + 1000);
	snprintf(kbytes, sizeof(kbytes), "%d", options->window_bytes / 1024 * 2 + 65536);
	conf = kafka_conf_new(defaults, &options->passed, fixed);
	if (conf == NULL)
		return false;
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	if (!kafkaclient_start(&relay->kafka, RD_KAFKA_PRODUCER, conf))
		return false;
	relay->topic = rd_kafka_topic_new(relay->kafka.rk, options->topic, NULL);
	return relay->topic != NULL;
}

/*
 * Destroys the producer and with it all that is under way: no delivery report
 * comes any more, so the window starts empty.
 */
void
relay_producer_stop(Relay *relay)
{
	if (relay->topic != NULL)
		rd_kafka_topic_destroy(relay->topic);
	relay->topic = NULL;
	kafkaclient_stop(&relay->kafka);
	inflight_reset(relay->window);
	relay->probe.id = 0;
}

/*
 * Makes the headers of a message.
 */
static rd_kafka_headers_t *
make_headers(const OutboxRow *row)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(8);

	rd_kafka_header_add(headers, "ce_specversion", -1, "1.0", -1);
	rd_kafka_header_add(headers, "ce_id", -1, row->ce_id, -1);
	rd_kafka_header_add(headers, "ce_source", -1, "/pg_receipts/producer", -1);
	rd_kafka_header_add(headers, "ce_type", -1, "pg_receipts.receipt.v1", -1);
	rd_kafka_header_add(headers, "ce_time", -1, row->ce_time, -1);
	rd_kafka_header_add(headers, "content-type", -1, "application/json; charset=utf-8",
	                    -1);
	if (row->traceparent != NULL)
		rd_kafka_header_add(headers, "traceparent", -1, row->traceparent, -1);
	return headers;
}

/*
 * Hands a message to librdkafka, which copies key and value.  The headers are
 * its own on success and ours on failure.
 */
static rd_kafka_resp_err_t
produce(const Relay *relay, const OutboxRow *row, Flight *flight)
{
	rd_kafka_headers_t *headers = make_headers(row);
	rd_kafka_resp_err_t err = rd_kafka_producev(
		relay->kafka.rk, RD_KAFKA_V_RKT(relay->topic),
		RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		RD_KAFKA_V_KEY(row->key, row->key_len),
		RD_KAFKA_V_VALUE((char *) row->value, row->value_len),
		RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(flight), RD_KAFKA_V_END);

	if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
		rd_kafka_headers_destroy(headers);
	return err;
}

/*
 * Sends one receipt.  There must be room for it in the window.
 */
SendResult
relay_send(Relay *relay, const OutboxRow *row)
{
	Flight *flight = inflight_add(relay->window, row->id, relay_row_bytes(row));
	rd_kafka_resp_err_t err;

	flight->sent_us = clock_us();
	err = produce(relay, row, flight);
	if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
	{
		metric_add(relay->metrics.produced, 1);
		return SEND_DONE;
	}
	inflight_remove_sent(relay->window, flight);
	if (is_refusal(err))
	{
		metric_add(relay->metrics.failed, 1);
		park(relay, row->id, true, err);
		return SEND_PARKED;
	}
	if (err != RD_KAFKA_RESP_ERR__QUEUE_FULL)
		report(relay, err);
	return SEND_TROUBLE;
}
