/*
 * batch.h
 *	  The messages of one partition that the sink is about to store, in order of
 *	  their offsets.  They are librdkafka's own, not copies.
 */
#ifndef BRIDGE_BATCH_H
#define BRIDGE_BATCH_H

#include <librdkafka/rdkafka.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Batch
{
	void (*destroy)(rd_kafka_message_t *message);
	rd_kafka_message_t **messages;
	int size;
	int count; /* messages[first .. count - 1] are to be stored */
	int first;
	size_t bytes; /* of all that were added */
} Batch;

/* destroy: rd_kafka_message_destroy, but for tests. */
extern void batch_init(Batch *batch, void (*destroy)(rd_kafka_message_t *message));
extern void batch_free(Batch *batch);

/* Takes a message over. */
extern void batch_add(Batch *batch, rd_kafka_message_t *message);

/* How many are left, and the one that is i after the first of them. */
extern int batch_left(const Batch *batch);
extern const rd_kafka_message_t *batch_message(const Batch *batch, int i);

/* The offset after the first rows messages: what the database is to expect next. */
extern int64_t batch_next_offset(const Batch *batch, int rows);

/* Destroys the first rows messages; those below an offset; all. */
extern void batch_drop(Batch *batch, int rows);
extern void batch_drop_below(Batch *batch, int64_t offset);
extern void batch_clear(Batch *batch);

#endif /* BRIDGE_BATCH_H */
