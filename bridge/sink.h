/*
 * sink.h
 *	  "receipts-bridge sink": stores Kafka's receipts in the consumer's database,
 *	  each exactly once.
 *
 * The offsets that count are in the database, moved in the same transaction that
 * stores the messages, by compare-and-set: the sink says which offset it believes
 * to be next.  So it does not matter when a sink dies, and a sink that does not
 * know yet that its partition has gone to another is refused (SQLSTATE PR002).
 *
 * One thread, one loop, one database connection, one batch at a time:
 *	 - librdkafka is served, which brings rebalances (sinkassign.c),
 *	 - where the database's offset is not known, it is read (sinkposition.c),
 *	 - a Kafka that is suddenly another one is noticed (sinkcluster.c),
 *	 - a batch is taken from a partition that is due (sinkread.c),
 *	 - and stored (sinkstore.c).
 * While the database is away nothing is taken from librdkafka, whose own queues
 * are bounded; serving it goes on, so that the sink stays in its group.
 */
#ifndef BRIDGE_SINK_H
#define BRIDGE_SINK_H

#include "bridge/batch.h"
#include "bridge/batchplan.h"
#include "bridge/dbquery.h"
#include "bridge/health.h"
#include "bridge/kafkaclient.h"
#include "bridge/options.h"
#include "common/backoff.h"
#include "common/metrics.h"
#include "common/pgarray.h"
#include "common/pglink.h"

#include <stdbool.h>
#include <stdint.h>

/* What /readyz says of a sink that is in no group, and of one that waits for an
 * administrator. */
#define SINK_NO_GROUP "not in the consumer group yet"
#define SINK_HALTED                                                                    \
	"partitions stand still until an administrator decides; the log says which and why"

/* Longer cluster ids are cut; Kafka's have 22 characters. */
#define CLUSTER_ID_SIZE 64

typedef enum PartitionState
{
	PARTITION_UNKNOWN, /* its offset must be read from the database */
	PARTITION_READING,
	PARTITION_BLOCKED, /* Kafka does not have the offset that the database expects */
	PARTITION_FOREIGN  /* the database's offset counts in another Kafka than this */
} PartitionState;

typedef struct SinkPartition
{
	int32_t id;
	PartitionState state;
	rd_kafka_queue_t *queue;
	int64_t expected;         /* the database's next offset */
	int64_t position;         /* the next one to take from the queue */
	bool from_start;          /* the database has never seen the partition */
	int64_t waiting_since_ms; /* when its queue was first seen not empty; 0: empty */
	bool commit_due;          /* expected has moved since it was told to Kafka */
} SinkPartition;

typedef struct SinkMetrics
{
	Metric *stored;
	Metric *repeated;
	Metric *dead;
	Metric *isolated;
	Metric *fenced;
	Metric *partitions;
	Metric *blocked;
	Metric *lag;
	Metric *batch_rows;
	Metric *ingest_seconds;
} SinkMetrics;

typedef struct Sink
{
	const BridgeOptions *options;
	PgLink *link;
	KafkaClient kafka;

	bool in_group;
	int queue_kbytes; /* read ahead of one partition at most; 0: not decided yet */
	bool renew;       /* make a new consumer, with less than that */
	char cluster[CLUSTER_ID_SIZE]; /* the Kafka for which offsets were read; "": any */
	SinkPartition *partitions;
	int npartitions;
	int turn;      /* the partition to look at first, so that none starves */
	bool reassign; /* librdkafka must be told where to read */

	/* The batch and whose it is; NULL when there is none. */
	Batch batch;
	BatchPlan plan;
	SinkPartition *owner;
	bool uncertain; /* the last attempt may have been committed */
	bool late;      /* because it took longer than we wait */
	int attempted;  /* rows of the last attempt */
	int64_t retry_at_ms;
	bool trouble_logged;
	Backoff backoff;
	int isolated_in_a_row;

	/* Reading offsets. */
	int64_t position_at_ms;
	int64_t recheck_at_ms;
	bool position_trouble_logged;
	Backoff position_backoff;

	int64_t commit_at_ms;
	int64_t show_at_ms;

	/* Parameters of analytics.ingest(), kept for their memory. */
	PgArray offsets;
	PgArray keys;
	PgArray values;
	PgArray types;
	PgArray traces;

	Health health;
	SinkMetrics metrics;
	bool stopping;
} Sink;

/* Runs until SIGTERM; returns the exit code.  argv[0] is skipped. */
extern int sink_main(int argc, char **argv);

/* sink.c: milliseconds that a query may take. */
extern int sink_query_timeout(const Sink *sink);

/* sinkassign.c */
extern bool sink_consumer_start(Sink *sink);
extern void sink_consumer_stop(Sink *sink);
extern void sink_assign(Sink *sink);
extern void sink_commit(Sink *sink);
/* How many KiB of each partition may be read ahead, of so many bytes for all. */
extern int sink_queue_share(int queue_bytes, int partitions);
extern SinkPartition *sink_find_partition(Sink *sink, int32_t id);

/* sinkposition.c */
extern void sink_position_turn(Sink *sink);
extern bool sink_positions_read(Sink *sink);
extern int64_t sink_position_due_ms(const Sink *sink);
extern void sink_show_halted(Sink *sink);
extern void sink_partition_block(Sink *sink, SinkPartition *partition);
extern void sink_partition_forget(Sink *sink, SinkPartition *partition);

/* sinkcluster.c */
extern void sink_cluster_note(Sink *sink);
extern bool sink_cluster_is(const Sink *sink, const char *id);
extern void sink_cluster_turn(Sink *sink);

/* sinkread.c */
extern void sink_read_turn(Sink *sink);
extern int64_t sink_read_due_ms(Sink *sink);

/* sinkstore.c */
extern void sink_store_init(Sink *sink);
extern void sink_store_free(Sink *sink);
extern void sink_store_turn(Sink *sink);
extern int64_t sink_store_due_ms(const Sink *sink);
extern void sink_batch_abandon(Sink *sink);

#endif /* BRIDGE_SINK_H */
