/*
 * batch.c
 *	  The messages that the sink is about to store; see batch.h.
 */
#include "bridge/batch.h"

#include "common/log.h"

#include <stdlib.h>
#include <string.h>

/*
 * Starts empty.
 */
void
batch_init(Batch *batch, void (*destroy)(rd_kafka_message_t *message))
{
	memset(batch, 0, sizeof(*batch));
	batch->destroy = destroy;
}

/*
 * Destroys what is left, and the memory.
 */
void
batch_free(Batch *batch)
{
	batch_clear(batch);
	free(batch->messages);
	batch->messages = NULL;
	batch->size = 0;
}

/*
 * See batch.h.
 */
void
batch_add(Batch *batch, rd_kafka_message_t *message)
{
	if (batch->count == batch->size)
	{
		batch->size = batch->size > 0 ? batch->size * 2 : 256;
		batch->messages =
			realloc(batch->messages, (size_t) batch->size * sizeof(batch->messages[0]));
		if (batch->messages == NULL)
		{
			log_error("out of memory for a batch");
			abort();
		}
	}
	batch->messages[batch->count++] = message;
	batch->bytes += message->len + message->key_len;
}

/*
 * Counts the messages that are still to be stored.
 */
int
batch_left(const Batch *batch)
{
	return batch->count - batch->first;
}

/*
 * See batch.h.
 */
const rd_kafka_message_t *
batch_message(const Batch *batch, int i)
{
	return batch->messages[batch->first + i];
}

/*
 * See batch.h.  Offsets may have gaps (transactions, compaction), so this is
 * counted from the last message itself.
 */
int64_t
batch_next_offset(const Batch *batch, int rows)
{
	return batch_message(batch, rows - 1)->offset + 1;
}

/*
 * Destroys the first messages; an empty batch starts over.
 */
void
batch_drop(Batch *batch, int rows)
{
	while (rows-- > 0)
		batch->destroy(batch->messages[batch->first++]);
	if (batch->first == batch->count)
	{
		batch->first = batch->count = 0;
		batch->bytes = 0;
	}
}

/*
 * Destroys the messages that the database already has.
 */
void
batch_drop_below(Batch *batch, int64_t offset)
{
	int rows = 0;

	while (rows < batch_left(batch) && batch_message(batch, rows)->offset < offset)
		rows++;
	batch_drop(batch, rows);
}

/*
 * Destroys all messages.
 */
void
batch_clear(Batch *batch)
{
	batch_drop(batch, batch_left(batch));
}
