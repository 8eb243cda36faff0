/*
 * sinkassign.c
 *	  The sink's membership in its consumer group: which partitions are its own,
 *	  and telling librdkafka from where to read them.
 *
 * The eager protocol ("range,roundrobin") is used, not the cooperative one.  What
 * the cooperative protocol saves, giving up partitions that come back a moment
 * later, costs this sink nothing but reading a few offsets from the database; and
 * with the eager one there is a single path: give up everything, then start from
 * what the database says.  It also allows assign() at any time, which is how
 * a partition is moved to another offset.
 *
 * Each partition has its own queue, cut off from the consumer's: so that the
 * sink can serve the group without taking messages while the database is away.
 */
#include "bridge/sink.h"

#include "common/clock.h"
#include "common/crashpoint.h"
#include "common/log.h"

#include <stdlib.h>

/* Kafka is told the offsets at most so often; only lag tools read them. */
#define COMMIT_MS 1000

/*
 * The bounds of what is read ahead of one partition, in KiB.  It must hold what is
 * stored in a second, since librdkafka pauses for that long when the queue is full;
 * 8 MiB do for any PostgreSQL.
 */
#define QUEUE_KBYTES_LEAST 16
#define QUEUE_KBYTES_MOST 8192

/* So much of a partition is fetched at once; librdkafka's default. */
#define FETCH_BYTES_MOST 1048576

/*
 * See sink.h.
 */
int
sink_queue_share(int queue_bytes, int partitions)
{
	int kbytes = queue_bytes / 1024 / (partitions > 0 ? partitions : 1);

	if (kbytes < QUEUE_KBYTES_LEAST)
		return QUEUE_KBYTES_LEAST;
	return kbytes > QUEUE_KBYTES_MOST ? QUEUE_KBYTES_MOST : kbytes;
}

/*
 * Holds the partitions' queues within the memory for all of them.  librdkafka bounds
 * each queue, by a setting that a consumer keeps for life; so a new one is made when
 * there are more partitions than its bound was for.
 */
static void
bound_queues(Sink *sink)
{
	int share = sink_queue_share(sink->options->queue_bytes, sink->npartitions);

	if (share >= sink->queue_kbytes)
		return;
	sink->queue_kbytes = share;
	sink->renew = true;
	log_info("reading at most %d KiB ahead of each of %d partitions from now on", share,
	         sink->npartitions);
}

/*
 * Finds a partition of ours; NULL if it is not.
 */
SinkPartition *
sink_find_partition(Sink *sink, int32_t id)
{
	for (int i = 0; i < sink->npartitions; i++)
	{
		if (sink->partitions[i].id == id)
			return &sink->partitions[i];
	}
	return NULL;
}

/*
 * Takes over the partitions of an assignment; where to read them is not known yet.
 * The queue is cut off before assign() lets anything flow into it.
 */
static void
adopt(Sink *sink, const rd_kafka_topic_partition_list_t *list)
{
	sink->partitions = calloc((size_t) list->cnt + 1, sizeof(SinkPartition));
	if (sink->partitions == NULL)
	{
		log_error("out of memory for partitions");
		abort();
	}
	sink->npartitions = list->cnt;
	sink->turn = 0;
	for (int i = 0; i < list->cnt; i++)
	{
		SinkPartition *partition = &sink->partitions[i];

		partition->id = list->elems[i].partition;
		partition->state = PARTITION_UNKNOWN;
		partition->queue = rd_kafka_queue_get_partition(
			sink->kafka.rk, list->elems[i].topic, list->elems[i].partition);
		rd_kafka_queue_forward(partition->queue, NULL);
		kafkaclient_watch(&sink->kafka, partition->queue);
	}
}

/*
 * Gives all partitions up.  The batch in hand is dropped: its next owner reads it
 * again, from where the database is.
 */
static void
abandon(Sink *sink)
{
	sink_batch_abandon(sink);
	for (int i = 0; i < sink->npartitions; i++)
	{
		rd_kafka_queue_io_event_enable(sink->partitions[i].queue, -1, NULL, 0);
		rd_kafka_queue_destroy(sink->partitions[i].queue);
	}
	free(sink->partitions);
	sink->partitions = NULL;
	sink->npartitions = 0;
	sink->reassign = false;
}

/*
 * Tells librdkafka which partitions to read and from where: those whose place is
 * known.  An empty list is fine too, and completes a rebalance.
 */
void
sink_assign(Sink *sink)
{
	rd_kafka_topic_partition_list_t *list =
		rd_kafka_topic_partition_list_new(sink->npartitions + 1);
	rd_kafka_resp_err_t err;

	for (int i = 0; i < sink->npartitions; i++)
	{
		SinkPartition *partition = &sink->partitions[i];
		rd_kafka_topic_partition_t *place;

		if (partition->state != PARTITION_READING)
			continue;
		place = rd_kafka_topic_partition_list_add(list, sink->options->topic,
		                                          partition->id);
		place->offset =
			partition->from_start ? RD_KAFKA_OFFSET_BEGINNING : partition->position;
		partition->waiting_since_ms = 0;
	}
	err = rd_kafka_assign(sink->kafka.rk, list);
	if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
		log_error("could not assign partitions: %s", rd_kafka_err2str(err));
	rd_kafka_topic_partition_list_destroy(list);
	sink->reassign = false;
}

/*
 * Carries out a rebalance, while librdkafka is being served.
 */
static void
on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t err,
             rd_kafka_topic_partition_list_t *list, void *opaque)
{
	KafkaClient *client = opaque;
	Sink *sink = client->owner;

	sink->in_group = err == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
	if (sink->in_group)
	{
		abandon(sink);
		adopt(sink, list);
		bound_queues(sink);
		sink->position_at_ms = 0;
		log_info("%d partitions of topic \"%s\" assigned", list->cnt,
		         sink->options->topic);
		CRASH_POINT("sink-assigned");
		if (sink->npartitions > 0 && pglink_conn(sink->link) != NULL)
			sink_positions_read(sink);
		CRASH_POINT("sink-before-assign");
		sink_assign(sink);
	}
	else
	{
		if (sink->npartitions > 0)
			log_info("%d partitions given up", sink->npartitions);
		CRASH_POINT("sink-revoked");
		sink->commit_at_ms = 0;
		sink_commit(sink);
		abandon(sink);
		CRASH_POINT("sink-before-unassign");
		rd_kafka_assign(rk, NULL);
	}
	sink_show_halted(sink);
	metric_set(sink->metrics.partitions, sink->npartitions);
}

/*
 * Tells Kafka how far we are, without waiting for an answer.
 */
void
sink_commit(Sink *sink)
{
	rd_kafka_topic_partition_list_t *list;

	if (clock_ms() < sink->commit_at_ms)
		return;
	list = rd_kafka_topic_partition_list_new(sink->npartitions + 1);
	for (int i = 0; i < sink->npartitions; i++)
	{
		SinkPartition *partition = &sink->partitions[i];

		if (!partition->commit_due)
			continue;
		partition->commit_due = false;
		rd_kafka_topic_partition_list_add(list, sink->options->topic, partition->id)
			->offset = partition->expected;
	}
	if (list->cnt > 0)
	{
		CRASH_POINT("sink-before-kafka-commit");
		rd_kafka_commit(sink->kafka.rk, list, 1);
		CRASH_POINT("sink-after-kafka-commit");
		sink->commit_at_ms = clock_ms() + COMMIT_MS;
	}
	rd_kafka_topic_partition_list_destroy(list);
}

/*
 * Joins the group.
 *
 * session.timeout.ms: so long nobody reads the partitions of a sink that was
 * killed.  What is read ahead of a partition: its queue is checked before a fetch,
 * which may so overshoot by as much as is fetched at once.
 */
bool
sink_consumer_start(Sink *sink)
{
	const BridgeOptions *options = sink->options;
	char queue[16];
	char fetch[16];
	const KafkaSetting defaults[] = {{"client.id", "receipts-sink"},
	                                 {"session.timeout.ms", "10000"},
	                                 {"heartbeat.interval.ms", "2000"},
	                                 {"fetch.message.max.bytes", fetch},
	                                 {"queued.min.messages", "20000"},
	                                 {"fetch.error.backoff.ms", "100"},
	                                 {"check.crcs", "true"},
	                                 {"reconnect.backoff.ms", "100"},
	                                 {"reconnect.backoff.max.ms", "2000"},
	                                 {"topic.metadata.refresh.interval.ms", "10000"},
	                                 {"log.connection.close", "false"},
	                                 {NULL, NULL}};
	const KafkaSetting fixed[] = {{"bootstrap.servers", options->brokers},
	                              {"group.id", options->group},
	                              {"queued.max.messages.kbytes", queue},
	                              {"enable.auto.commit", "false"},
	                              {"enable.auto.offset.store", "false"},
	                              {"auto.offset.reset", "error"},
	                              {"partition.assignment.strategy", "range,roundrobin"},
	                              {"isolation.level", "read_committed"},
	                              {"statistics.interval.ms", "1000"},
	                              {NULL, NULL}};
	rd_kafka_conf_t *conf;
	rd_kafka_topic_partition_list_t *topics;
	rd_kafka_resp_err_t err;

	sink->renew = false;
	if (sink->queue_kbytes == 0)
		sink->queue_kbytes = sink_queue_share(options->queue_bytes, 1);
	snprintf(queue, sizeof(queue), "%d", sink->queue_kbytes);
	snprintf(fetch, sizeof(fetch), "%d",
	         sink->queue_kbytes * 1024 < FETCH_BYTES_MOST ? sink->queue_kbytes * 1024
	                                                      : FETCH_BYTES_MOST);
	conf = kafka_conf_new(defaults, &options->passed, fixed);
	if (conf == NULL)
		return false;
	rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
	if (!kafkaclient_start(&sink->kafka, RD_KAFKA_CONSUMER, conf))
		return false;
	topics = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(topics, options->topic, RD_KAFKA_PARTITION_UA);
	err = rd_kafka_subscribe(sink->kafka.rk, topics);
	rd_kafka_topic_partition_list_destroy(topics);
	if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
		log_error("could not subscribe to \"%s\": %s", options->topic,
		          rd_kafka_err2str(err));
	return err == RD_KAFKA_RESP_ERR_NO_ERROR;
}

/*
 * Leaves the group and destroys the consumer.
 */
void
sink_consumer_stop(Sink *sink)
{
	if (sink->kafka.rk == NULL)
		return;
	rd_kafka_consumer_close(sink->kafka.rk);
	abandon(sink);
	kafkaclient_stop(&sink->kafka);
}
