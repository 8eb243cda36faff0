/*
 * relay.h
 *	  "receipts-bridge relay": publishes the producer's outbox to Kafka.
 *
 * One thread, one loop, one database connection.  Each turn of the loop
 *	 - serves librdkafka, whose delivery reports move receipts through the window
 *	   (relaysend.c),
 *	 - gets or renews the lease that keeps a second relay waiting (relaylease.c),
 *	 - acknowledges what was delivered (relayack.c),
 *	 - fetches more while there is room (relayfetch.c),
 * and then sleeps until something happens.
 *
 * A receipt leaves the outbox only after the broker has acknowledged it.  A relay
 * that dies in between publishes it again, which the sink counts once.
 */
#ifndef BRIDGE_RELAY_H
#define BRIDGE_RELAY_H

#include "bridge/health.h"
#include "bridge/inflight.h"
#include "bridge/kafkaclient.h"
#include "bridge/options.h"
#include "bridge/parked.h"
#include "common/backoff.h"
#include "common/metrics.h"
#include "common/pglink.h"

#include <stdbool.h>
#include <stdint.h>

/* The right to publish; see relaylease.c. */
/* What /readyz says while the database does not give the lease. */
#define RELAY_NO_LEASE "the database refuses the lease"

typedef struct RelayLease
{
	char holder[128];
	bool held;
	bool standing_by; /* said so in the log */
	int64_t epoch;
	int64_t next_ms; /* acquire or renew at this time */
	Backoff backoff;
} RelayLease;

/* Where reading the outbox has got to; see relayfetch.c. */
typedef struct RelayFetch
{
	bool wanted;           /* there may be receipts to fetch */
	bool pass_done;        /* the last fetch reached the end */
	int64_t cursor;        /* fetch ids above this one */
	int64_t not_before_ms; /* after trouble */
	bool sweeping;         /* this pass began at 0 */
	int64_t sweep_at_ms;   /* start again from 0 then; 0: no need */
	int64_t sweep_began_ms;
	int64_t sweep_spent_ms; /* in fetches of the pass that began at 0 */
	int64_t sweep_wait_ms;
	size_t mean_bytes; /* of a receipt, for sizing fetches by bytes */
	bool trouble_logged;
	Backoff backoff;
} RelayFetch;

/* The one parked receipt that is being tried alone; see relayfetch.c. */
typedef struct RelayProbe
{
	int64_t id; /* 0: none is under way */
	int64_t began_ms;
} RelayProbe;

typedef struct RelayAck
{
	int64_t oldest_ms; /* when the first waiting delivery came */
	int64_t not_before_ms;
	bool trouble_logged;
	Backoff backoff;
} RelayAck;

typedef struct RelayMetrics
{
	Metric *in_flight;
	Metric *in_flight_bytes;
	Metric *produced;
	Metric *delivered;
	Metric *acknowledged;
	Metric *failed;
	Metric *parked;
	Metric *lease_held;
	Metric *renewed_producers;
	Metric *delivery_seconds;
} RelayMetrics;

typedef struct Relay
{
	const BridgeOptions *options;
	PgLink *link;
	KafkaClient kafka;
	rd_kafka_topic_t *topic;
	Inflight *window;
	ParkedSet parked;
	RelayLease lease;
	RelayFetch fetch;
	RelayProbe probe;
	RelayAck ack;
	Backoff delivery_backoff;
	int64_t delivery_trouble_ms; /* since when it is in the log; 0: none is */
	Health health;
	RelayMetrics metrics;
	bool stopping;
} Relay;

/* Runs until SIGTERM; returns the exit code.  argv[0] is skipped. */
extern int relay_main(int argc, char **argv);

/* relay.c: someone else holds the lease now; drop everything and stand by. */
extern void relay_fenced(Relay *relay);

/* relay.c: milliseconds that a query may take. */
extern int relay_query_timeout(const Relay *relay);

/* relaylease.c */
extern void relay_lease_init(Relay *relay);
extern void relay_lease_turn(Relay *relay);
extern void relay_lease_release(Relay *relay);

/* relaysend.c */
typedef enum SendResult
{
	SEND_DONE,
	SEND_PARKED, /* too large even for us; it stays in the outbox */
	SEND_TROUBLE /* not now; it stays in the outbox */
} SendResult;

typedef struct OutboxRow
{
	int64_t id;
	const char *key;
	size_t key_len;
	const char *value;
	size_t value_len;
	const char *ce_id;
	const char *ce_time;
	const char *traceparent; /* or NULL */
} OutboxRow;

extern bool relay_producer_start(Relay *relay);
extern void relay_producer_stop(Relay *relay);
extern size_t relay_row_bytes(const OutboxRow *row);
extern SendResult relay_send(Relay *relay, const OutboxRow *row);

/* relayack.c: all is for a stop: leave nothing waiting for company. */
extern void relay_ack_turn(Relay *relay, bool all);
extern int64_t relay_ack_due_ms(const Relay *relay);

/* relayfetch.c */
extern void relay_fetch_turn(Relay *relay);
extern int64_t relay_fetch_due_ms(const Relay *relay);
extern void relay_fetch_again(Relay *relay, bool with_delay);

#endif /* BRIDGE_RELAY_H */
