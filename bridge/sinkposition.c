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
 * the offset in the database changes the partition is left alone.
 */
#include "bridge/sink.h"

#include "common/clock.h"
#include "common/log.h"

#include <inttypes.h>
#include <stdlib.h>

#define WATERMARK_MS 2000

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

	if (partition == NULL || partition->state == PARTITION_READING ||
	    (partition->state == PARTITION_BLOCKED && partition->expected == offset))
		return;
	if (partition->state == PARTITION_BLOCKED)
		log_info("the offset of partition %" PRId32 " is now %" PRId64 ": going on",
		         partition->id, offset);
	partition->state = PARTITION_READING;
	partition->expected = partition->position = offset;
	partition->from_start = unseen;
	sink->reassign = true;
}

/*
 * Counts the partitions that stand still.
 */
static void
show_blocked(Sink *sink)
{
	int count = 0;

	for (int i = 0; i < sink->npartitions; i++)
		count += sink->partitions[i].state == PARTITION_BLOCKED;
	metric_set(sink->metrics.blocked, count);
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

	pgarray_init(&ids, PGARRAY_INT4);
	for (int i = 0; i < sink->npartitions; i++)
	{
		if (sink->partitions[i].state != PARTITION_READING)
			pgarray_int4(&ids, sink->partitions[i].id);
	}
	dbquery_init(&query, "SELECT \"partition\", next_offset "
	                     "FROM analytics.sink_offsets($1, $2)");
	dbquery_text(&query, sink->options->topic);
	dbquery_array(&query, &ids);
	outcome =
		dbquery_run(&query, sink->link, sink_query_timeout(sink), take_offset, sink);
	pgarray_free(&ids);
	if (outcome == DB_OK)
	{
		sink->position_trouble_logged = false;
		backoff_reset(&sink->position_backoff);
		show_blocked(sink);
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
 * Looks for the first partition in a state; NULL if there is none.
 */
static const SinkPartition *
any_in_state(const Sink *sink, PartitionState state)
{
	for (int i = 0; i < sink->npartitions; i++)
	{
		if (sink->partitions[i].state == state)
			return &sink->partitions[i];
	}
	return NULL;
}

/*
 * Gives the time at which offsets should be read; INT64_MAX: none are missing.
 */
int64_t
sink_position_due_ms(const Sink *sink)
{
	if (sink->reassign)
		return 0;
	if (any_in_state(sink, PARTITION_UNKNOWN) != NULL)
		return sink->position_at_ms;
	if (any_in_state(sink, PARTITION_BLOCKED) != NULL)
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
	show_blocked(sink);
	if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
		low = high = -1;
	log_error(
		"partition %" PRId32 " of topic \"%s\" stands still: the database expects "
		"offset %" PRId64 ", but Kafka has %" PRId64 " to %" PRId64 ". Either the "
		"topic was made anew or lost its end, or records expired before they were "
		"stored. Nothing is skipped on its own: decide where to go on, call "
		"analytics.sink_reset_offset(), and this sink goes on within %d s",
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
