/*
 * sinkposition.c
 *	  Where to read: the offsets in the database.
 *
 * They are read for partitions newly assigned, after a fence, and after a
 * connection was lost while a batch was being stored.  Kafka's own offsets are
 * never used.
 *
 * When Kafka does not have the offset that the database expects, the partition
 * stands still.  To go on anywhere else would skip receipts or count on a topic
 * that is not the one the offset belongs to, so an administrator decides; until
 * the offset in the database changes the partition is left alone.  So it does when
 * another Kafka answers than the one in which the database's offsets count.
 */
#include "bridge/sink.h"

#include "common/clock.h"
#include "common/log.h"

#include <inttypes.h>
#include <stdlib.h>

#define WATERMARK_MS 2000

/*
 * Stops a partition whose offset counts in another Kafka, and says what to do.
 */
static void
stop_foreign(Sink *sink, SinkPartition *partition, int64_t offset, const char *known)
{
	if (partition->state != PARTITION_FOREIGN)
		log_error(
			"partition %" PRId32 " of topic \"%s\" stands still: its offset %" PRId64
			" counts in the Kafka with the cluster id \"%s\", but \"%s\" answers. If "
			"the topic was lost, call analytics.sink_restart(), then "
			"journal.republish(); if it was moved with its offsets, "
			"analytics.sink_accept_cluster(); this sink goes on within %d s",
			partition->id, sink->options->topic, offset, known, sink->cluster,
			sink->options->recheck_s);
	partition->state = PARTITION_FOREIGN;
	sink->reassign = true;
}

/*
 * Takes one row of analytics.sink_offsets() for a partition that waits for it.
 * A blocked partition stays blocked while the offset is the one that blocks it.
 */
static void
take_offset(const PGresult *result, int row, void *arg)
{
	Sink *sink = arg;
	SinkPartition *partition =
		sink_find_partition(sink, (int32_t) atoi(PQgetvalue(result, row, 0)));
	bool unseen = PQgetisnull(result, row, 1) != 0;
	int64_t offset = unseen ? 0 : strtoll(PQgetvalue(result, row, 1), NULL, 10);
	bool foreign = !PQgetisnull(result, row, 2) &&
	               !sink_cluster_is(sink, PQgetvalue(result, row, 2));

	if (partition == NULL || partition->state == PARTITION_READING)
		return;
	if (foreign)
	{
		stop_foreign(sink, partition, offset, PQgetvalue(result, row, 2));
		return;
	}
	if (partition->state == PARTITION_BLOCKED && partition->expected == offset)
		return;
	if (partition->state != PARTITION_UNKNOWN)
		log_info("partition %" PRId32 " goes on at offset %" PRId64, partition->id,
		         offset);
	partition->state = PARTITION_READING;
	partition->expected = partition->position = offset;
	partition->from_start = unseen;
	sink->reassign = true;
}

/*
 * Tells whether a partition waits for an administrator.
 */
static bool
is_halted(const SinkPartition *partition)
{
	return partition->state == PARTITION_BLOCKED ||
	       partition->state == PARTITION_FOREIGN;
}

/*
 * Shows how many partitions stand still, and what keeps the sink from its work.
 */
void
sink_show_halted(Sink *sink)
{
	int count = 0;

	for (int i = 0; i < sink->npartitions; i++)
		count += is_halted(&sink->partitions[i]);
	metric_set(sink->metrics.blocked, count);
	if (!sink->in_group)
		sink->health.obstacle = SINK_NO_GROUP;
	else
		sink->health.obstacle = count > 0 ? SINK_HALTED : NULL;
}

/*
 * Reads the offsets of all partitions that are not being read.  False when the
 * database did not give them; then it is tried again later.
 */
bool
sink_positions_read(Sink *sink)
{
	PgArray ids;
	DbQuery query;
	DbOutcome outcome;

	sink_cluster_note(sink);
	pgarray_init(&ids, PGARRAY_INT4);
	for (int i = 0; i < sink->npartitions; i++)
	{
		if (sink->partitions[i].state != PARTITION_READING)
			pgarray_int4(&ids, sink->partitions[i].id);
	}
	dbquery_init(&query, "SELECT \"partition\", next_offset, known_cluster "
	                     "FROM analytics.sink_offsets($1, $2, nullif($3, ''))");
	dbquery_text(&query, sink->options->topic);
	dbquery_array(&query, &ids);
	dbquery_text(&query, sink->cluster);
	outcome =
		dbquery_run(&query, sink->link, sink_query_timeout(sink), take_offset, sink);
	pgarray_free(&ids);
	if (outcome == DB_OK)
	{
		sink->position_trouble_logged = false;
		backoff_reset(&sink->position_backoff);
		sink_show_halted(sink);
		return true;
	}
	if (outcome != DB_LOST && !sink->position_trouble_logged)
	{
		log_error("could not read the offsets, trying again until it works: %s (%s)",
		          query.message, query.sqlstate);
		sink->position_trouble_logged = true;
	}
	sink->position_at_ms = clock_ms() + backoff_next_ms(&sink->position_backoff);
	return false;
}

/*
 * Tells whether a partition's offset has to be read first.
 */
static bool
is_unknown(const SinkPartition *partition)
{
	return partition->state == PARTITION_UNKNOWN;
}

/*
 * Tells whether there is a partition of a kind.
 */
static bool
any_partition(const Sink *sink, bool (*is)(const SinkPartition *))
{
	for (int i = 0; i < sink->npartitions; i++)
	{
		if (is(&sink->partitions[i]))
			return true;
	}
	return false;
}

/*
 * Gives the time at which offsets should be read; INT64_MAX: none are missing.
 */
int64_t
sink_position_due_ms(const Sink *sink)
{
	if (sink->reassign)
		return 0;
	if (any_partition(sink, is_unknown))
		return sink->position_at_ms;
	if (any_partition(sink, is_halted))
		return sink->recheck_at_ms > sink->position_at_ms ? sink->recheck_at_ms
		                                                  : sink->position_at_ms;
	return INT64_MAX;
}

/*
 * Reads the offsets that are missing, and moves librdkafka there.
 */
void
sink_position_turn(Sink *sink)
{
	if (sink->stopping || sink_position_due_ms(sink) > clock_ms())
		return;
	if (sink_positions_read(sink))
		sink->recheck_at_ms = clock_ms() + (int64_t) sink->options->recheck_s * 1000;
	if (sink->reassign)
		sink_assign(sink);
}

/*
 * Lets a partition stand still, and says what to do about it.
 */
void
sink_partition_block(Sink *sink, SinkPartition *partition)
{
	int64_t low = -1;
	int64_t high = -1;
	rd_kafka_resp_err_t err = rd_kafka_query_watermark_offsets(
		sink->kafka.rk, sink->options->topic, partition->id, &low, &high, WATERMARK_MS);

	partition->state = PARTITION_BLOCKED;
	sink->recheck_at_ms = clock_ms() + (int64_t) sink->options->recheck_s * 1000;
	sink_show_halted(sink);
	if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
		low = high = -1;
	log_error(
		"partition %" PRId32 " of topic \"%s\" stands still: the database expects "
		"offset %" PRId64 ", but Kafka has %" PRId64 " to %" PRId64 ". Either the "
		"topic was made anew or lost its end, or records expired before they were "
		"stored. Nothing is skipped on its own: if the topic was lost, call "
		"analytics.sink_restart(), then journal.republish(); else decide where to go "
		"on, call analytics.sink_reset_offset(); this sink goes on within %d s",
		partition->id, sink->options->topic, partition->position, low, high,
		sink->options->recheck_s);
}

/*
 * Has a partition's offset read again.  What was read ahead is dropped.
 */
void
sink_partition_forget(Sink *sink, SinkPartition *partition)
{
	partition->state = PARTITION_UNKNOWN;
	sink->position_at_ms = clock_ms() + backoff_next_ms(&sink->position_backoff);
}
