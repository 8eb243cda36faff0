/*
 * options.h
 *	  The settings of receipts-bridge's modes, with every default in one place and
 *	  the failure that each bounds.
 */
#ifndef BRIDGE_OPTIONS_H
#define BRIDGE_OPTIONS_H

#include "bridge/kafkaconf.h"
#include "common/settings.h"

#include <stdbool.h>

/* Of the relay and the sink. */
typedef struct BridgeOptions
{
	/* Where everything is. */
	const char *dsn;
	const char *brokers;
	const char *topic;
	const char *admin_listen;
	const char *log_level;
	const char *log_format;

	/* What bounds an outage or a stop. */
	int query_timeout_s;
	int shutdown_timeout_s;

	/* The relay. */
	int lease_ttl_s;
	int window_messages;
	int window_bytes;
	int fetch_rows;
	int acknowledge_rows;
	int acknowledge_linger_ms;

	/* The sink. */
	const char *group;
	int batch_rows;
	int batch_bytes;
	int batch_linger_ms;
	int queue_bytes;
	int recheck_s;

	KafkaPassed passed; /* -X */
} BridgeOptions;

/* Of "receipts-bridge broker" and "receipts-bridge topic". */
typedef struct BrokerOptions
{
	const char *brokers;
	const char *topic;
	int partitions;
	int replicas;
	int wait_s;
	const char *topic_config;
	const char *listen_file;
	const char *log_level;
	const char *log_format;
	KafkaPassed passed;
} BrokerOptions;

/* Each reads the command line and the environment; argv[0] is skipped. */
extern SettingsResult relay_options_load(BridgeOptions *options, int argc, char **argv);
extern SettingsResult sink_options_load(BridgeOptions *options, int argc, char **argv);
extern SettingsResult broker_options_load(BrokerOptions *options, int argc,
                                          char **argv);
extern SettingsResult topic_options_load(BrokerOptions *options, int argc, char **argv);

#endif /* BRIDGE_OPTIONS_H */
