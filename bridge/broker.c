/*
 * broker.c
 *	  The embedded broker; see broker.h.
 */
#include "bridge/broker.h"

#include "bridge/options.h"
#include "common/log.h"
#include "common/stop.h"

#include <errno.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Keeps librdkafka's lines for debugging: most are about the client that the
 * cluster lives in, which connects nowhere.
 */
static void
on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	(void) rk;
	(void) level;
	(void) facility;
	log_debug("librdkafka: %s", text);
}

/*
 * Writes the bootstrap servers to the file that scripts wait for; by way of a
 * second name, so that nobody reads half a line.
 */
static bool
write_listen_file(const char *path, const char *bootstraps)
{
	char draft[4096];
	FILE *file;

	if (snprintf(draft, sizeof(draft), "%s.new", path) >= (int) sizeof(draft))
	{
		log_error("could not write \"%s\": the name is too long", path);
		return false;
	}
	file = fopen(draft, "w");
	if (file == NULL || fprintf(file, "%s\n", bootstraps) < 0 || fclose(file) != 0 ||
	    rename(draft, path) != 0)
	{
		log_error("could not write \"%s\": %s", path, strerror(errno));
		return false;
	}
	return true;
}

/*
 * Sleeps until a stop is asked for; the cluster lives in librdkafka's threads.
 */
static void
wait_for_stop(void)
{
	struct pollfd fd = {.fd = stop_fd(), .events = POLLIN};

	while (!stop_requested())
		poll(&fd, 1, -1);
}

/*
 * Makes the topic, tells where the cluster is, and serves.
 */
static int
serve(rd_kafka_mock_cluster_t *cluster, const BrokerOptions *options)
{
	const char *bootstraps = rd_kafka_mock_cluster_bootstraps(cluster);
	rd_kafka_resp_err_t err =
		rd_kafka_mock_topic_create(cluster, options->topic, options->partitions, 1);

	if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
	{
		log_error("could not create the topic \"%s\": %s", options->topic,
		          rd_kafka_err2str(err));
		return 1;
	}
	if (options->listen_file != NULL &&
	    !write_listen_file(options->listen_file, bootstraps))
		return 1;
	log_info(
		"serving Kafka's protocol on %s: topic \"%s\" with %d partitions, in memory; "
		"it ends with this process",
		bootstraps, options->topic, options->partitions);
	wait_for_stop();
	if (options->listen_file != NULL)
		remove(options->listen_file);
	log_info("stopped");
	return 0;
}

/*
 * See broker.h.  The cluster needs a client instance to live in; a producer that
 * never connects anywhere serves.
 */
int
broker_main(int argc, char **argv)
{
	BrokerOptions options;
	SettingsResult loaded = broker_options_load(&options, argc, argv);
	char error[512];
	rd_kafka_conf_t *conf;
	rd_kafka_t *rk;
	rd_kafka_mock_cluster_t *cluster;
	int code = 1;

	if (loaded != SETTINGS_OK)
		return loaded == SETTINGS_EXIT ? 0 : 2;
	stop_install(10);
	conf = rd_kafka_conf_new();
	rd_kafka_conf_set_log_cb(conf, on_log);
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
	cluster = rk != NULL ? rd_kafka_mock_cluster_new(rk, 1) : NULL;
	if (cluster != NULL)
	{
		code = serve(cluster, &options);
		rd_kafka_mock_cluster_destroy(cluster);
	}
	else
		log_error("could not start the embedded broker: %s",
		          rk != NULL ? "no port could be opened" : error);
	if (rk != NULL)
		rd_kafka_destroy(rk);
	kafka_passed_free(&options.passed);
	return code;
}
