/*
 * relay.c
 *	  The relay's loop; see relay.h.
 */
#include "bridge/relay.h"

#include "bridge/waiter.h"
#include "common/clock.h"
#include "common/crashpoint.h"
#include "common/log.h"
#include "common/stop.h"
#include "common/version.h"

#include <stdlib.h>
#include <string.h>

/* The hard limit of a stop lies so much beyond the soft one. */
#define STOP_MARGIN_S 10

/* With Kafka away a stop does not wait long for deliveries. */
#define STOP_WITHOUT_BROKER_MS 2000

/*
 * Gives the time limit of a query in milliseconds.
 */
int
relay_query_timeout(const Relay *relay)
{
	return relay->options->query_timeout_s * 1000;
}

/*
 * Registers the metrics.
 */
static void
init_metrics(RelayMetrics *m)
{
	m->in_flight = metric_gauge("receipts_relay_in_flight",
	                            "Receipts handed to Kafka and not yet acknowledged to "
	                            "the database.",
	                            NULL);
	m->in_flight_bytes =
		metric_gauge("receipts_relay_in_flight_bytes", "Bytes of these.", NULL);
	m->produced = metric_counter("receipts_relay_produced_total",
	                             "Receipts handed to Kafka.", NULL);
	m->delivered = metric_counter("receipts_relay_delivered_total",
	                              "Receipts that the broker acknowledged.", NULL);
	m->acknowledged =
		metric_counter("receipts_relay_acknowledged_total",
	                   "Receipts taken out of the outbox after that.", NULL);
	m->failed = metric_counter("receipts_relay_failed_total",
	                           "Deliveries that failed; they are tried again.", NULL);
	m->parked =
		metric_gauge("receipts_relay_parked",
	                 "Receipts that Kafka refuses; they stay in the outbox.", NULL);
	m->lease_held =
		metric_gauge("receipts_relay_lease_held",
	                 "1 while this relay publishes, 0 while it stands by.", NULL);
	m->renewed_producers = metric_counter(
		"receipts_relay_producers_total",
		"Producer instances made; more than one after a fatal error or a "
		"lost lease.",
		NULL);
	m->delivery_seconds = metric_histogram(
		"receipts_relay_delivery_seconds",
		"From handing a receipt to Kafka to its acknowledgement.", NULL);
}

/*
 * Sets up a fresh connection: wake on new receipts; look at the lease and the
 * outbox at once, since nobody notified us while we were away.
 */
static bool
setup_connection(PGconn *conn, void *arg)
{
	Relay *relay = arg;
	PGresult *result = PQexec(conn, "LISTEN receipts_outbox");
	bool good = PQresultStatus(result) == PGRES_COMMAND_OK;

	PQclear(result);
	relay->lease.next_ms = 0;
	relay->ack.not_before_ms = 0;
	relay_fetch_again(relay, false);
	return good;
}

/*
 * Makes a new producer in place of one that is of no use any more.
 */
static void
renew_producer(Relay *relay)
{
	relay_producer_stop(relay);
	if (!relay_producer_start(relay))
		log_error("could not make a new producer, trying again");
	metric_add(relay->metrics.renewed_producers, 1);
	relay_fetch_again(relay, true);
}

/*
 * See relay.h.  What is under way in librdkafka must not go out any more: the
 * other relay publishes it.
 */
void
relay_fenced(Relay *relay)
{
	log_warning(
		"lost the lease, by its end or to another relay: dropping %d receipts in "
		"flight; who holds it next publishes them",
		inflight_sent_count(relay->window) + inflight_delivered_count(relay->window));
	relay->lease.held = false;
	relay->lease.standing_by = true;
	relay->lease.next_ms = clock_ms() + backoff_next_ms(&relay->lease.backoff);
	metric_set(relay->metrics.lease_held, 0);
	CRASH_POINT("relay-fenced");
	renew_producer(relay);
}

/*
 * Serves librdkafka.  After a fatal error of the idempotent producer only a new
 * instance helps; what was delivered is acknowledged first, so that it is not
 * published twice.
 */
static void
serve_kafka(Relay *relay)
{
	if (relay->kafka.rk != NULL)
		rd_kafka_poll(relay->kafka.rk, 0);
	if (relay->kafka.rk != NULL && !relay->kafka.fatal)
		return;
	relay_ack_turn(relay, true);
	if (clock_ms() >= relay->fetch.not_before_ms)
		renew_producer(relay);
}

/*
 * Takes the notifications that have come in.
 */
static void
take_notifications(Relay *relay)
{
	PGconn *conn = pglink_conn(relay->link);
	PGnotify *notify;

	while (conn != NULL && (notify = PQnotifies(conn)) != NULL)
	{
		relay->fetch.wanted = true;
		PQfreemem(notify);
	}
}

/*
 * Shows the state on /metrics and /readyz.
 */
static void
show_state(Relay *relay)
{
	metric_set(relay->metrics.in_flight, inflight_sent_count(relay->window) +
	                                         inflight_delivered_count(relay->window));
	metric_set(relay->metrics.in_flight_bytes, (int64_t) inflight_bytes(relay->window));
	health_set_database(&relay->health, pglink_conn(relay->link) != NULL);
}

/*
 * Gives the earlier of two times.
 */
static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * Gives the time until which there is nothing to do but wait for events.
 */
static int64_t
next_due(const Relay *relay)
{
	int64_t due = clock_ms() + WAITER_LONGEST_MS;

	if (relay->kafka.rk == NULL || relay->kafka.fatal)
		due = earlier(due, relay->fetch.not_before_ms);
	if (pglink_conn((PgLink *) relay->link) == NULL)
		return earlier(due, clock_ms() + pglink_wait_ms(relay->link));
	due = earlier(due, relay->lease.next_ms);
	due = earlier(due, relay_ack_due_ms(relay));
	return earlier(due, relay_fetch_due_ms(relay));
}

/*
 * One turn of the loop.
 */
static void
turn(Relay *relay)
{
	serve_kafka(relay);
	if (pglink_ready(relay->link))
	{
		relay_lease_turn(relay);
		relay_ack_turn(relay, false);
		take_notifications(relay);
		relay_fetch_turn(relay);
		take_notifications(relay);
	}
	show_state(relay);
	waiter_sleep(relay->link, &relay->kafka, next_due(relay), relay->stopping);
}

/*
 * Lets what is in flight arrive and acknowledges it, for as long as a stop may
 * take.  What does not make it is still in the outbox.
 */
static void
drain(Relay *relay)
{
	int64_t began = clock_ms();
	int64_t limit = (int64_t) relay->options->shutdown_timeout_s * 1000;
	int left;

	relay->stopping = true;
	log_info("stopping: %d receipts in flight",
	         inflight_sent_count(relay->window) +
	             inflight_delivered_count(relay->window));
	for (;;)
	{
		int64_t spent = clock_ms() - began;

		left = inflight_sent_count(relay->window) +
		       inflight_delivered_count(relay->window);
		if (left == 0 || !relay->lease.held || spent >= limit ||
		    (!relay->health.broker_up && spent >= STOP_WITHOUT_BROKER_MS))
			break;
		turn(relay);
	}
	if (left > 0)
		log_warning("%d receipts were not acknowledged; they are published again after "
		            "the next start",
		            left);
}

/*
 * Makes everything that the relay consists of.  False when it cannot start.
 */
static bool
start(Relay *relay, const BridgeOptions *options)
{
	relay->options = options;
	relay->fetch.mean_bytes = 1024;
	init_metrics(&relay->metrics);
	health_init(&relay->health, "receipts_relay", RELAY_NO_LEASE);
	relay_lease_init(relay);
	relay->window =
		inflight_new(options->window_messages, (size_t) options->window_bytes);
	kafkaclient_init(&relay->kafka, &relay->health, relay);
	relay->link = pglink_new(options->dsn, "receipts-relay", setup_connection, relay);
	return relay->link != NULL && relay_producer_start(relay);
}

/*
 * Frees everything.
 */
static void
finish(Relay *relay)
{
	relay_lease_release(relay);
	relay_producer_stop(relay);
	kafkaclient_close(&relay->kafka);
	pglink_free(relay->link);
	inflight_free(relay->window);
}

/*
 * Says what runs, where, and with which limits.
 */
static void
log_start(const BridgeOptions *options, const AdminHttp *admin)
{
	log_info("receipts-bridge relay %s, librdkafka %s, libpq %d.%d: brokers %s, topic "
	         "\"%s\", health on %s, window %d receipts or %d bytes, lease %d s",
	         RECEIPTS_VERSION, rd_kafka_version_str(), PQlibVersion() / 10000,
	         PQlibVersion() % 10000, options->brokers, options->topic,
	         adminhttp_name(admin), options->window_messages, options->window_bytes,
	         options->lease_ttl_s);
}

/*
 * See relay.h.
 */
int
relay_main(int argc, char **argv)
{
	static Relay relay; /* too large for the stack */
	BridgeOptions options;
	SettingsResult loaded = relay_options_load(&options, argc, argv);
	AdminHttp *admin;

	if (loaded != SETTINGS_OK)
		return loaded == SETTINGS_EXIT ? 0 : 2;
	stop_install(options.shutdown_timeout_s + STOP_MARGIN_S);
	memset(&relay, 0, sizeof(relay));
	if (!start(&relay, &options))
		return 1;
	admin = health_listen(&relay.health, options.admin_listen);
	if (admin != NULL)
	{
		log_start(&options, admin);
		while (!stop_requested())
			turn(&relay);
		drain(&relay);
		adminhttp_stop(admin);
	}
	finish(&relay);
	kafka_passed_free(&options.passed);
	log_info("stopped");
	return admin != NULL ? 0 : 1;
}
