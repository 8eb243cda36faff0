/*
 * sink.c
 *	  The sink's loop; see sink.h.
 */
#include "bridge/sink.h"

#include "bridge/waiter.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/stop.h"
#include "common/version.h"

#include <stdio.h>
#include <string.h>

/* The hard limit of a stop lies so much beyond the soft one. */
#define STOP_MARGIN_S 10

/* How much longer than statement_timeout we wait for the server to say so. */
#define ANSWER_MARGIN_MS 2000

/* The lag is computed at most so often. */
#define SHOW_MS 1000

/*
 * Gives the longest wait for an answer in milliseconds: the server's own limit, and
 * what it takes to hear of that.
 */
int
sink_query_timeout(const Sink *sink)
{
	return sink->options->query_timeout_s * 1000 + ANSWER_MARGIN_MS;
}

/*
 * Sets the server's limits on a fresh connection.  They come before ours, so that no
 * server process is left behind waiting; a lock ends first, to be named as the cause.
 */
static bool
set_limits(PGconn *conn, void *arg)
{
	const Sink *sink = arg;
	int timeout = sink->options->query_timeout_s * 1000;
	char sql[96];
	PGresult *result;
	bool good;

	snprintf(sql, sizeof(sql), "SET statement_timeout = %d; SET lock_timeout = %d",
	         timeout, timeout / 2);
	result = PQexec(conn, sql);
	good = PQresultStatus(result) == PGRES_COMMAND_OK;
	PQclear(result);
	return good;
}

/*
 * Registers the metrics.
 */
static void
init_metrics(SinkMetrics *m)
{
	m->stored = metric_counter("receipts_sink_stored_total", "Receipts stored.", NULL);
	m->repeated =
		metric_counter("receipts_sink_repeated_total",
	                   "Messages whose receipt was stored before; counted once.", NULL);
	m->dead = metric_counter("receipts_sink_dead_letters_total",
	                         "Messages put among the dead letters.", NULL);
	m->isolated =
		metric_counter("receipts_sink_isolated_total",
	                   "Of these, messages that made their batch fail.", NULL);
	m->fenced = metric_counter("receipts_sink_fenced_total",
	                           "Batches dropped because another sink had moved the "
	                           "partition.",
	                           NULL);
	m->partitions =
		metric_gauge("receipts_sink_partitions", "Partitions assigned.", NULL);
	m->blocked =
		metric_gauge("receipts_sink_partitions_blocked",
	                 "Partitions that stand still until an administrator decides: "
	                 "Kafka does not have the offset that the database expects, or "
	                 "is not the one in which that offset counts.",
	                 NULL);
	m->lag = metric_gauge("receipts_sink_lag",
	                      "Messages in the assigned partitions not yet stored.", NULL);
	m->batch_rows = metric_histogram_counts("receipts_sink_batch_rows",
	                                        "Messages in one transaction.", NULL);
	m->ingest_seconds = metric_histogram("receipts_sink_ingest_seconds",
	                                     "Duration of one transaction.", NULL);
}

/*
 * Takes what the group's queue has: rebalances and errors are handled in
 * callbacks.  A message of a partition must not come this way; if one does, the
 * partition is read again from its offset in the database.
 */
static void
serve_kafka(Sink *sink)
{
	rd_kafka_message_t *message;

	while ((message = rd_kafka_consumer_poll(sink->kafka.rk, 0)) != NULL)
	{
		SinkPartition *partition = sink_find_partition(sink, message->partition);

		if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
			kafkalog_line(&sink->kafka.log, 3, rd_kafka_message_errstr(message));
		else if (partition != NULL)
		{
			if (sink->owner == partition)
				sink_batch_abandon(sink);
			sink_partition_forget(sink, partition);
		}
		rd_kafka_message_destroy(message);
	}
}

/*
 * Computes the lag from what the last fetches said; no request is made.
 */
static int64_t
lag(const Sink *sink)
{
	int64_t sum = 0;

	for (int i = 0; i < sink->npartitions; i++)
	{
		const SinkPartition *partition = &sink->partitions[i];
		int64_t low;
		int64_t high;

		if (rd_kafka_get_watermark_offsets(sink->kafka.rk, sink->options->topic,
		                                   partition->id, &low,
		                                   &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
		    high > partition->expected)
			sum += high - partition->expected;
	}
	return sum;
}

/*
 * Shows the state on /metrics and /readyz.
 */
static void
show_state(Sink *sink)
{
	int64_t now = clock_ms();

	health_set_database(&sink->health, pglink_conn(sink->link) != NULL);
	if (now < sink->show_at_ms)
		return;
	sink->show_at_ms = now + SHOW_MS;
	metric_set(sink->metrics.lag, lag(sink));
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
 * Tells whether there are offsets that Kafka has not been told yet.
 */
static bool
commit_waits(const Sink *sink)
{
	for (int i = 0; i < sink->npartitions; i++)
	{
		if (sink->partitions[i].commit_due)
			return true;
	}
	return false;
}

/*
 * Gives the time until which there is nothing to do but wait for events.
 */
static int64_t
next_due(Sink *sink)
{
	int64_t due = clock_ms() + WAITER_LONGEST_MS;

	if (commit_waits(sink))
		due = earlier(due, sink->commit_at_ms);
	if (pglink_conn(sink->link) == NULL)
		return earlier(due, clock_ms() + pglink_wait_ms(sink->link));
	due = earlier(due, sink_position_due_ms(sink));
	due = earlier(due, sink_store_due_ms(sink));
	return earlier(due, sink_read_due_ms(sink));
}

/*
 * One turn of the loop.  A fatal error of a consumer concerns static membership
 * only (another instance has our name); it is made anew.  So it is when it may read
 * less ahead from now on.
 */
static void
turn(Sink *sink)
{
	if (sink->kafka.fatal || sink->renew)
	{
		sink_consumer_stop(sink);
		sink_consumer_start(sink);
	}
	serve_kafka(sink);
	if (pglink_ready(sink->link))
	{
		sink_cluster_turn(sink);
		sink_position_turn(sink);
		sink_read_turn(sink);
		sink_store_turn(sink);
	}
	sink_commit(sink);
	show_state(sink);
	waiter_sleep(sink->link, &sink->kafka, next_due(sink), sink->stopping);
}

/*
 * Finishes the batch in hand, for as long as a stop may take.
 */
static void
drain(Sink *sink)
{
	int64_t limit = clock_ms() + (int64_t) sink->options->shutdown_timeout_s * 1000;

	sink->stopping = true;
	log_info("stopping: %d messages in hand", batch_left(&sink->batch));
	while (sink->owner != NULL && clock_ms() < limit)
		turn(sink);
	if (sink->owner != NULL)
		log_warning("%d messages were not stored; they are read again after the next "
		            "start",
		            batch_left(&sink->batch));
}

/*
 * Makes everything that the sink consists of.  False when it cannot start.
 */
static bool
start(Sink *sink, const BridgeOptions *options)
{
	sink->options = options;
	init_metrics(&sink->metrics);
	health_init(&sink->health, "receipts_sink", SINK_NO_GROUP);
	sink_store_init(sink);
	kafkaclient_init(&sink->kafka, &sink->health, sink);
	sink->link = pglink_new(options->dsn, "receipts-sink", set_limits, sink);
	return sink->link != NULL && sink_consumer_start(sink);
}

/*
 * Frees everything.
 */
static void
finish(Sink *sink)
{
	sink->commit_at_ms = 0;
	sink_consumer_stop(sink);
	kafkaclient_close(&sink->kafka);
	pglink_free(sink->link);
	sink_store_free(sink);
}

/*
 * Says what runs, where, and with which limits.
 */
static void
log_start(const BridgeOptions *options, const AdminHttp *admin)
{
	log_info(
		"receipts-bridge sink %s, librdkafka %s, libpq %d.%d: brokers %s, topic "
		"\"%s\", group \"%s\", health on %s, batches of %d messages, %d bytes or %d "
		"ms",
		RECEIPTS_VERSION, rd_kafka_version_str(), PQlibVersion() / 10000,
		PQlibVersion() % 10000, options->brokers, options->topic, options->group,
		adminhttp_name(admin), options->batch_rows, options->batch_bytes,
		options->batch_linger_ms);
}

/*
 * See sink.h.
 */
int
sink_main(int argc, char **argv)
{
	Sink sink;
	BridgeOptions options;
	SettingsResult loaded = sink_options_load(&options, argc, argv);
	AdminHttp *admin;

	if (loaded != SETTINGS_OK)
		return loaded == SETTINGS_EXIT ? 0 : 2;
	stop_install(options.shutdown_timeout_s + STOP_MARGIN_S);
	memset(&sink, 0, sizeof(sink));
	if (!start(&sink, &options))
		return 1;
	admin = health_listen(&sink.health, options.admin_listen);
	if (admin != NULL)
	{
		log_start(&options, admin);
		while (!stop_requested())
			turn(&sink);
		drain(&sink);
		adminhttp_stop(admin);
	}
	finish(&sink);
	kafka_passed_free(&options.passed);
	log_info("stopped");
	return admin != NULL ? 0 : 1;
}
