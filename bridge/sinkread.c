/*
 * sinkread.c
 *	  Takes batches from the partitions' queues.
 *
 * A partition is due when its queue holds a whole batch, or has held something
 * for as long as messages may wait for company.  Until then the messages stay
 * with librdkafka, which bounds them; at most one batch is out of it at any time.
 */
#include "bridge/sink.h"

#include "common/clock.h"
#include "common/crashpoint.h"
#include "common/log.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * Takes an error that came in place of a message.  librdkafka reports once that
 * an offset is not there and then reads no further; a report about an offset that
 * we have left meanwhile is no news.
 */
static void
take_error(Sink *sink, SinkPartition *partition, const rd_kafka_message_t *message)
{
	char line[512];

	if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
	{
		if (message->offset == partition->position && !partition->from_start)
			sink_partition_block(sink, partition);
		return;
	}
	snprintf(line, sizeof(line), "could not read partition %" PRId32 ": %s",
	         partition->id, rd_kafka_message_errstr(message));
	kafkalog_error(&sink->kafka.log, line);
}

/*
 * Takes messages until the batch is full or the queue is empty.
 */
static void
take_batch(Sink *sink, SinkPartition *partition)
{
	rd_kafka_message_t *message;

	while (
		partition->state == PARTITION_READING &&
		!batchplan_is_full(&sink->plan, batch_left(&sink->batch), sink->batch.bytes) &&
		(message = rd_kafka_consume_queue(partition->queue, 0)) != NULL)
	{
		if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		{
			take_error(sink, partition, message);
			rd_kafka_message_destroy(message);
		}
		else if (message->offset < partition->position)
			rd_kafka_message_destroy(message);
		else
		{
			partition->position = message->offset + 1;
			partition->from_start = false;
			batch_add(&sink->batch, message);
		}
	}
	partition->waiting_since_ms =
		rd_kafka_queue_length(partition->queue) > 0 ? clock_ms() : 0;
	sink->owner = batch_left(&sink->batch) > 0 ? partition : NULL;
	if (sink->owner != NULL)
		CRASH_POINT("sink-after-fetch");
}

/*
 * Gives the time at which a partition is due; INT64_MAX when it has nothing.
 */
static int64_t
due_ms(Sink *sink, SinkPartition *partition)
{
	size_t queued;

	if (partition->state != PARTITION_READING)
		return INT64_MAX;
	queued = rd_kafka_queue_length(partition->queue);
	if (queued == 0)
		return INT64_MAX;
	if (partition->waiting_since_ms == 0)
		partition->waiting_since_ms = clock_ms();
	if (queued >= (size_t) sink->plan.max_rows)
		return 0;
	return partition->waiting_since_ms + sink->options->batch_linger_ms;
}

/*
 * Gives the time at which a batch should be taken; INT64_MAX: there is none to be
 * had, or one is in hand.
 */
int64_t
sink_read_due_ms(Sink *sink)
{
	int64_t due = INT64_MAX;

	if (sink->owner != NULL || sink->stopping)
		return INT64_MAX;
	for (int i = 0; i < sink->npartitions; i++)
	{
		int64_t one = due_ms(sink, &sink->partitions[i]);

		if (one < due)
			due = one;
	}
	return due;
}

/*
 * Takes a batch from the next partition that is due, if none is in hand.
 */
void
sink_read_turn(Sink *sink)
{
	int64_t now = clock_ms();

	if (sink->stopping)
		return;
	for (int i = 0; i < sink->npartitions && sink->owner == NULL; i++)
	{
		SinkPartition *partition =
			&sink->partitions[(sink->turn + i) % sink->npartitions];

		if (due_ms(sink, partition) > now)
			continue;
		take_batch(sink, partition);
		sink->turn = (int) (partition - sink->partitions + 1) % sink->npartitions;
	}
}
