/*
 * sinkcluster.c
 *	  Which Kafka it is that answers.
 *
 * An offset means something only in the Kafka that gave it.  After a Kafka was lost
 * and set up anew, its topic may have grown past the offset in the database before
 * the sink looks; nothing would be out of range, and all below would be skipped.  So
 * the database keeps the cluster id that its offsets belong to, and the sink stores
 * nothing that comes from another.
 *
 * A topic that was deleted and made again in the same Kafka is not noticed in this
 * way, only by an offset that is out of range.
 */
#include "bridge/sink.h"

#include "common/log.h"

#include <stdio.h>
#include <string.h>

/*
 * Gives the cluster id that librdkafka heard last, without a request; "" when it has
 * heard none, as from brokers older than 0.10.1.
 */
static void
current_cluster(const Sink *sink, char *id)
{
	char *heard = rd_kafka_clusterid(sink->kafka.rk, 0);

	snprintf(id, CLUSTER_ID_SIZE, "%s", heard != NULL ? heard : "");
	if (heard != NULL)
		rd_kafka_mem_free(sink->kafka.rk, heard);
}

/*
 * Remembers for which Kafka the offsets are about to be read.
 */
void
sink_cluster_note(Sink *sink)
{
	current_cluster(sink, sink->cluster);
}

/*
 * Tells whether this is the Kafka that the database names; what is not known on
 * either side cannot be told apart.
 */
bool
sink_cluster_is(const Sink *sink, const char *id)
{
	return sink->cluster[0] == '\0' || strcmp(sink->cluster, id) == 0;
}

/*
 * Has all offsets read again when another Kafka answers than the one for which they
 * were read, and drops what came from it.  Called before anything is stored.
 */
void
sink_cluster_turn(Sink *sink)
{
	char id[CLUSTER_ID_SIZE];

	current_cluster(sink, id);
	if (id[0] == '\0' || strcmp(id, sink->cluster) == 0)
		return;
	if (sink->cluster[0] != '\0')
		log_warning("another Kafka answers: cluster \"%s\" instead of \"%s\"", id,
		            sink->cluster);
	sink_batch_abandon(sink);
	for (int i = 0; i < sink->npartitions; i++)
		sink_partition_forget(sink, &sink->partitions[i]);
	snprintf(sink->cluster, sizeof(sink->cluster), "%s", id);
}
