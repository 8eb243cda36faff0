/*
 * sinkstore.c
 *	  Stores the batch in hand: each attempt is one statement and one transaction,
 *	  which also moves the partition's offset.
 *
 * A batch that the database refuses for its data is cut down until the message at
 * fault is alone (batchplan.h); that one goes to the dead letters, so that the
 * partition never stops.  Everything else is tried again until it works: a lock
 * that is held for long, a server that is slow or away say nothing about a message.
 * When the connection breaks during an attempt nobody knows whether it was
 * committed; the offset in the database says.  A message that breaks it each time,
 * while the offset can be read in between, is what ends its server process, and is
 * put aside too.
 */
#include "bridge/sink.h"

#include "common/clock.h"
#include "common/crashpoint.h"
#include "common/log.h"
#include "common/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer values of the headers that we read are cut. */
#define HEADER_MAX 256

/* SQLSTATE of a statement that took longer than statement_timeout. */
#define QUERY_CANCELED "57014"

/*
 * So many isolated messages in a row look more like a fault of ours than of
 * theirs; then each waits for the back-off, so that a topic is not emptied into
 * the dead letters while somebody is still reading the first alarm.
 */
#define ISOLATED_SUSPICIOUS 16

/*
 * Prepares what storing needs.
 */
void
sink_store_init(Sink *sink)
{
	batch_init(&sink->batch, rd_kafka_message_destroy);
	batchplan_init(&sink->plan, sink->options->batch_rows,
	               (size_t) sink->options->batch_bytes);
	pgarray_init(&sink->offsets, PGARRAY_INT8);
	pgarray_init(&sink->keys, PGARRAY_BYTEA);
	pgarray_init(&sink->values, PGARRAY_BYTEA);
	pgarray_init(&sink->types, PGARRAY_TEXT);
	pgarray_init(&sink->traces, PGARRAY_TEXT);
}

/*
 * Frees it.
 */
void
sink_store_free(Sink *sink)
{
	batch_free(&sink->batch);
	pgarray_free(&sink->offsets);
	pgarray_free(&sink->keys);
	pgarray_free(&sink->values);
	pgarray_free(&sink->types);
	pgarray_free(&sink->traces);
}

/*
 * Drops the batch in hand; the messages are read again from where the database is.
 */
void
sink_batch_abandon(Sink *sink)
{
	batch_clear(&sink->batch);
	sink->owner = NULL;
	sink->uncertain = false;
	sink->retry_at_ms = 0;
}

/*
 * Reads a header as a string that PostgreSQL takes as text; NULL when it is not
 * there.  Bytes that no text can have become '?': they must not make the whole
 * batch fail, and a type that was altered so is still not the right one.
 */
static const char *
header_text(const rd_kafka_message_t *message, const char *name, char *out)
{
	rd_kafka_headers_t *headers;
	const void *value;
	size_t size;
	size_t used = 0;

	if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
	    rd_kafka_header_get_last(headers, name, &value, &size) !=
	        RD_KAFKA_RESP_ERR_NO_ERROR ||
	    value == NULL)
		return NULL;
	for (size_t i = 0; i < size && used + 4 < HEADER_MAX;)
	{
		int len = utf8_length((const unsigned char *) value + i, size - i);
		bool good = len > 0 && ((const char *) value)[i] != '\0';

		if (good)
			memcpy(out + used, (const char *) value + i, (size_t) len);
		else
			out[used] = '?';
		used += good ? (size_t) len : 1;
		i += good ? (size_t) len : 1;
	}
	out[used] = '\0';
	return out;
}

/*
 * Appends key or value; NULL (a tombstone, or no key) is SQL NULL.
 */
static void
append_bytes(PgArray *array, const void *bytes, size_t len)
{
	if (bytes == NULL)
		pgarray_null(array);
	else
		pgarray_bytes(array, bytes, len);
}

/*
 * Puts the first rows messages into the parameters.
 */
static void
gather(Sink *sink, int rows)
{
	char text[HEADER_MAX];

	pgarray_clear(&sink->offsets);
	pgarray_clear(&sink->keys);
	pgarray_clear(&sink->values);
	pgarray_clear(&sink->types);
	pgarray_clear(&sink->traces);
	for (int i = 0; i < rows; i++)
	{
		const rd_kafka_message_t *message = batch_message(&sink->batch, i);

		pgarray_int8(&sink->offsets, message->offset);
		append_bytes(&sink->keys, message->key, message->key_len);
		append_bytes(&sink->values, message->payload, message->len);
		pgarray_text(&sink->types, header_text(message, "ce_type", text));
		pgarray_text(&sink->traces, header_text(message, "traceparent", text));
	}
}

/*
 * Counts what analytics.ingest() says it did.
 */
static void
take_counts(const PGresult *result, int row, void *arg)
{
	const SinkMetrics *metrics = arg;

	metric_add(metrics->stored, strtoll(PQgetvalue(result, row, 0), NULL, 10));
	metric_add(metrics->repeated, strtoll(PQgetvalue(result, row, 1), NULL, 10));
	metric_add(metrics->dead, strtoll(PQgetvalue(result, row, 2), NULL, 10));
}

/*
 * Calls analytics.ingest() for the first rows messages.
 */
static DbOutcome
ingest(Sink *sink, int rows, DbQuery *query)
{
	int64_t began = clock_us();
	DbOutcome outcome;

	gather(sink, rows);
	dbquery_init(query,
	             "SELECT stored, repeated, dead "
	             "FROM analytics.ingest($1, $2::integer, $3, $4, $5, $6, $7, $8, $9)");
	dbquery_text(query, sink->options->topic);
	dbquery_int(query, sink->owner->id);
	dbquery_int(query, sink->owner->expected);
	dbquery_int(query, batch_next_offset(&sink->batch, rows));
	dbquery_array(query, &sink->offsets);
	dbquery_array(query, &sink->keys);
	dbquery_array(query, &sink->values);
	dbquery_array(query, &sink->types);
	dbquery_array(query, &sink->traces);
	outcome = dbquery_run(query, sink->link, sink_query_timeout(sink), take_counts,
	                      &sink->metrics);
	metric_observe_us(sink->metrics.ingest_seconds, clock_us() - began);
	metric_observe_count(sink->metrics.batch_rows, rows);
	return outcome;
}

/*
 * Calls analytics.ingest_dead() for the first message, with the reason.
 */
static DbOutcome
ingest_dead(Sink *sink, const DbQuery *reason, DbQuery *query)
{
	const rd_kafka_message_t *message = batch_message(&sink->batch, 0);
	char type[HEADER_MAX];
	char trace[HEADER_MAX];

	dbquery_init(query,
	             "SELECT analytics.ingest_dead($1, $2::integer, $3, $4, $5, $6, $7, "
	             "$8, $9, $10, $11)");
	dbquery_text(query, sink->options->topic);
	dbquery_int(query, sink->owner->id);
	dbquery_int(query, sink->owner->expected);
	dbquery_int(query, message->offset + 1);
	dbquery_int(query, message->offset);
	dbquery_bytes(query, message->key, message->key_len);
	dbquery_bytes(query, message->payload, message->len);
	dbquery_text(query, header_text(message, "ce_type", type));
	dbquery_text(query, header_text(message, "traceparent", trace));
	dbquery_text(query, reason->sqlstate[0] != '\0' ? reason->sqlstate : "08006");
	dbquery_text(query, reason->message);
	return dbquery_run(query, sink->link, sink_query_timeout(sink), NULL, NULL);
}

/*
 * Moves on behind the first rows messages.
 */
static void
advance(Sink *sink, int rows)
{
	sink->owner->expected = batch_next_offset(&sink->batch, rows);
	sink->owner->commit_due = true;
	batch_drop(&sink->batch, rows);
	sink->retry_at_ms = 0;
	sink->trouble_logged = false;
	backoff_reset(&sink->backoff);
	batchplan_stored(&sink->plan);
	if (batch_left(&sink->batch) == 0)
		sink->owner = NULL;
}

/*
 * Puts off the next attempt, and says why, once per trouble.
 */
static void
put_off(Sink *sink, const DbQuery *query)
{
	if (!sink->trouble_logged)
		log_error("could not store messages of partition %" PRId32
		          " from offset %" PRId64 ", trying again until it works: %s (%s)",
		          sink->owner->id, sink->owner->expected, query->message,
		          query->sqlstate);
	sink->trouble_logged = true;
	sink->retry_at_ms = clock_ms() + backoff_next_ms(&sink->backoff);
}

/*
 * Gives the partition up to whoever moved its offset, and reads it again.
 */
static void
fenced(Sink *sink)
{
	SinkPartition *partition = sink->owner;

	log_warning("partition %" PRId32 " was moved from offset %" PRId64
	            " by another sink; "
	            "reading its offset again",
	            partition->id, partition->expected);
	metric_add(sink->metrics.fenced, 1);
	sink_batch_abandon(sink);
	CRASH_POINT("sink-fenced");
	sink_partition_forget(sink, partition);
}

/*
 * Notes that an attempt has ended without a word about its outcome.
 */
static void
doubt(Sink *sink, const DbQuery *query)
{
	sink->uncertain = true;
	sink->late = query->late;
}

/*
 * Puts the one message that cannot be stored among the dead letters.
 */
static void
bury(Sink *sink, const DbQuery *reason)
{
	DbQuery query;
	int64_t offset = batch_message(&sink->batch, 0)->offset;
	int32_t id = sink->owner->id;

	CRASH_POINT("sink-before-bury");
	switch (ingest_dead(sink, reason, &query))
	{
		case DB_OK:
			CRASH_POINT("sink-after-bury");
			log_error("could not store offset %" PRId64 " of partition %" PRId32
			          ", which is now a dead letter: %s (%s)",
			          offset, id, reason->message, reason->sqlstate);
			metric_add(sink->metrics.isolated, 1);
			metric_add(sink->metrics.dead, 1);
			advance(sink, 1);
			if (++sink->isolated_in_a_row > ISOLATED_SUSPICIOUS)
				sink->retry_at_ms = clock_ms() + BACKOFF_CAP_MS;
			break;
		case DB_FENCED:
			fenced(sink);
			break;
		case DB_LOST:
			batchplan_spare(&sink->plan);
			doubt(sink, &query);
			break;
		case DB_DATA:
		case DB_AGAIN:
			batchplan_spare(&sink->plan);
			put_off(sink, &query);
			break;
	}
}

/*
 * Makes one attempt and carries out its outcome.
 */
static void
attempt(Sink *sink)
{
	DbQuery query;
	int rows = batchplan_rows(&sink->plan, batch_left(&sink->batch));

	sink->attempted = rows;
	CRASH_POINT("sink-before-ingest");
	switch (ingest(sink, rows, &query))
	{
		case DB_OK:
			CRASH_POINT("sink-after-ingest");
			sink->isolated_in_a_row = 0;
			advance(sink, rows);
			break;
		case DB_FENCED:
			fenced(sink);
			break;
		case DB_LOST:
			CRASH_POINT("sink-ingest-uncertain");
			doubt(sink, &query);
			break;
		case DB_DATA:
			CRASH_POINT("sink-ingest-refused");
			if (batchplan_refused(&sink->plan, rows) == BATCH_ISOLATED)
				bury(sink, &query);
			break;
		case DB_AGAIN:
			if (strcmp(query.sqlstate, QUERY_CANCELED) == 0)
				batchplan_late(&sink->plan, rows);
			put_off(sink, &query);
			break;
	}
}

/*
 * Reads the offset of the batch's partition.
 */
static void
take_offset(const PGresult *result, int row, void *arg)
{
	int64_t *offset = arg;

	*offset =
		PQgetisnull(result, row, 1) ? 0 : strtoll(PQgetvalue(result, row, 1), NULL, 10);
}

/*
 * Asks the database what became of an attempt whose connection was lost.
 */
static DbOutcome
read_offset(Sink *sink, int64_t *offset)
{
	DbQuery query;
	DbOutcome outcome;
	PgArray ids;

	pgarray_init(&ids, PGARRAY_INT4);
	pgarray_int4(&ids, sink->owner->id);
	dbquery_init(&query, "SELECT \"partition\", next_offset "
	                     "FROM analytics.sink_offsets($1, $2)");
	dbquery_text(&query, sink->options->topic);
	dbquery_array(&query, &ids);
	outcome =
		dbquery_run(&query, sink->link, sink_query_timeout(sink), take_offset, offset);
	pgarray_free(&ids);
	if (outcome != DB_OK && outcome != DB_LOST)
		put_off(sink, &query);
	return outcome;
}

/*
 * Settles the batch with the offset in the database: it was not stored, stored in
 * part (never, but harmless), stored as a whole, or the partition has been moved
 * elsewhere.
 */
static void
settle(Sink *sink, int64_t offset)
{
	SinkPartition *partition = sink->owner;
	static const DbQuery reason = {.message = "the connection to the database was lost "
	                                          "each time that this message was stored"};

	CRASH_POINT("sink-before-settle");
	sink->uncertain = false;
	if (offset < partition->expected || offset > partition->position)
	{
		fenced(sink);
		return;
	}
	if (offset == partition->expected)
	{
		if (sink->late)
			batchplan_late(&sink->plan, sink->attempted);
		else if (batchplan_lost(&sink->plan, sink->attempted) == BATCH_ISOLATED)
			bury(sink, &reason);
		return;
	}
	partition->expected = offset;
	partition->commit_due = true;
	batchplan_stored(&sink->plan);
	batch_drop_below(&sink->batch, offset);
	if (batch_left(&sink->batch) == 0)
		sink->owner = NULL;
}

/*
 * Gives the time at which the batch should be worked on; INT64_MAX: there is none.
 */
int64_t
sink_store_due_ms(const Sink *sink)
{
	return sink->owner != NULL ? sink->retry_at_ms : INT64_MAX;
}

/*
 * Works on the batch in hand, one attempt a turn, so that librdkafka is served in
 * between.
 */
void
sink_store_turn(Sink *sink)
{
	int64_t offset = 0;

	if (sink_store_due_ms(sink) > clock_ms() || pglink_conn(sink->link) == NULL)
		return;
	if (!sink->uncertain)
		attempt(sink);
	else if (read_offset(sink, &offset) == DB_OK)
		settle(sink, offset);
}
