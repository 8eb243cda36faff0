/*
 * options.c
 *	  The settings of receipts-bridge's modes; see options.h.
 */
#include "bridge/options.h"

#include "common/listen.h"
#include "common/log.h"
#include "common/version.h"

#include <stdio.h>
#include <string.h>

/*
 * The defaults.
 *
 * window: at a few milliseconds from broker to acknowledgement, 20,000 messages
 * in flight are far more than one PostgreSQL can feed; they bound memory.
 * fetch-rows, acknowledge-rows, batch-rows: large enough that the cost of a
 * commit is shared by many, small enough to stay well under a second.
 */
#define DEFAULT_DSN_RELAY "dbname=producer"
#define DEFAULT_DSN_SINK "dbname=consumer"
#define DEFAULT_BROKERS "127.0.0.1:9092"
#define DEFAULT_TOPIC "receipts.v1"
#define DEFAULT_ADMIN_RELAY "127.0.0.1:8082"
#define DEFAULT_ADMIN_SINK "127.0.0.1:8083"
#define DEFAULT_LOG_LEVEL "info"
#define DEFAULT_LOG_FORMAT "logfmt"
#define DEFAULT_QUERY_TIMEOUT "60"
#define DEFAULT_SHUTDOWN_TIMEOUT "20"
#define DEFAULT_LEASE_TTL "10"
#define DEFAULT_WINDOW_MESSAGES "20000"
#define DEFAULT_WINDOW_BYTES "33554432"
#define DEFAULT_FETCH_ROWS "1000"
#define DEFAULT_ACKNOWLEDGE_ROWS "1000"
#define DEFAULT_ACKNOWLEDGE_LINGER "20"
#define DEFAULT_GROUP "receipts-sink"
#define DEFAULT_BATCH_ROWS "1000"
#define DEFAULT_BATCH_BYTES "8388608"
#define DEFAULT_BATCH_LINGER "20"
#define DEFAULT_QUEUE_BYTES "67108864"
#define DEFAULT_RECHECK "30"
#define DEFAULT_PARTITIONS "6"
#define DEFAULT_REPLICAS "1"
#define DEFAULT_WAIT "30"

#define MAX_SETTINGS 24

/*
 * Settings that the relay and the sink share.
 */
static size_t
shared_settings(BridgeOptions *o, Setting *table, const char *dsn, const char *admin)
{
	const Setting rows[] = {
		{"dsn", SETTING_STRING, &o->dsn, dsn, 0, 0, NULL,
	     "libpq connection string or URI of the database"},
		{"brokers", SETTING_STRING, &o->brokers, DEFAULT_BROKERS, 0, 0, NULL,
	     "Kafka brokers to start from, HOST:PORT with commas"},
		{"topic", SETTING_STRING, &o->topic, DEFAULT_TOPIC, 0, 0, NULL,
	     "Kafka topic of the receipts"},
		{"admin-listen", SETTING_STRING, &o->admin_listen, admin, 0, 0, NULL,
	     "HOST:PORT to serve /livez, /readyz and /metrics on"},
		{"log-level", SETTING_STRING, &o->log_level, DEFAULT_LOG_LEVEL, 0, 0, NULL,
	     "least level written to the log: debug, info, warning, error"},
		{"log-format", SETTING_STRING, &o->log_format, DEFAULT_LOG_FORMAT, 0, 0, NULL,
	     "form of the lines of the log: logfmt or json"},
		{"query-timeout", SETTING_INT, &o->query_timeout_s, DEFAULT_QUERY_TIMEOUT, 1,
	     240, "s",
	     "longest wait for a statement; then the connection is dropped, so that a hung "
	     "server cannot hold the program for good"},
		{"shutdown-timeout", SETTING_INT, &o->shutdown_timeout_s,
	     DEFAULT_SHUTDOWN_TIMEOUT, 1, 3600, "s",
	     "longest wait after SIGTERM for what is in flight; the rest is sent again by "
	     "the next start"},
	};

	memcpy(table, rows, sizeof(rows));
	return sizeof(rows) / sizeof(rows[0]);
}

/*
 * Settings of the relay alone.
 */
static size_t
relay_settings(BridgeOptions *o, Setting *table)
{
	const Setting rows[] = {
		{"lease-ttl", SETTING_INT, &o->lease_ttl_s, DEFAULT_LEASE_TTL, 1, 3600, "s",
	     "life of the lease that keeps a second relay waiting; so long nothing is "
	     "published after a relay was killed"},
		{"window-messages", SETTING_INT, &o->window_messages, DEFAULT_WINDOW_MESSAGES,
	     1, 1000000, NULL,
	     "most receipts handed to Kafka and not yet acknowledged to the database"},
		{"window-bytes", SETTING_INT, &o->window_bytes, DEFAULT_WINDOW_BYTES, 1024,
	     2147483647, "bytes", "most bytes of them; bounds memory while Kafka is away"},
		{"fetch-rows", SETTING_INT, &o->fetch_rows, DEFAULT_FETCH_ROWS, 1, 100000, NULL,
	     "most receipts read from the outbox at once"},
		{"acknowledge-rows", SETTING_INT, &o->acknowledge_rows,
	     DEFAULT_ACKNOWLEDGE_ROWS, 1, 100000, NULL,
	     "most receipts taken out of the outbox in one commit"},
		{"acknowledge-linger", SETTING_INT, &o->acknowledge_linger_ms,
	     DEFAULT_ACKNOWLEDGE_LINGER, 0, 10000, "ms",
	     "how long a delivered receipt waits for others to share its commit, while "
	     "deliveries are still under way"},
	};

	memcpy(table, rows, sizeof(rows));
	return sizeof(rows) / sizeof(rows[0]);
}

/*
 * Settings of the sink alone.
 */
static size_t
sink_settings(BridgeOptions *o, Setting *table)
{
	const Setting rows[] = {
		{"group", SETTING_STRING, &o->group, DEFAULT_GROUP, 0, 0, NULL,
	     "Kafka consumer group; sinks of one group share the partitions"},
		{"batch-rows", SETTING_INT, &o->batch_rows, DEFAULT_BATCH_ROWS, 1, 100000, NULL,
	     "most messages stored in one commit"},
		{"batch-bytes", SETTING_INT, &o->batch_bytes, DEFAULT_BATCH_BYTES, 1, 268435456,
	     "bytes", "most bytes of messages in one commit (and one message more)"},
		{"batch-linger", SETTING_INT, &o->batch_linger_ms, DEFAULT_BATCH_LINGER, 0,
	     60000, "ms", "how long a message waits for others to share its commit"},
		{"queue-bytes", SETTING_INT, &o->queue_bytes, DEFAULT_QUEUE_BYTES, 65536,
	     2147483647, "bytes",
	     "most bytes read ahead of the database, shared by the partitions; as much "
	     "again may be on its way"},
		{"recheck", SETTING_INT, &o->recheck_s, DEFAULT_RECHECK, 1, 3600, "s",
	     "how often a partition that stands still, because Kafka no longer has the "
	     "offset in the database, is looked at again"},
	};

	memcpy(table, rows, sizeof(rows));
	return sizeof(rows) / sizeof(rows[0]);
}

/*
 * Says what is wrong with a setting that the table alone cannot check.
 */
static bool
refuse(const Program *program, const char *setting, const char *value,
       const char *wanted)
{
	fprintf(stderr, "%s: invalid value \"%s\" for %s: wanted %s\n", program->name,
	        value != NULL ? value : "", setting, wanted);
	return false;
}

/*
 * Checks what all modes have.
 */
static bool
check_common(const Program *program, const char *topic, const char *log_level,
             const char *log_format)
{
	if (!log_set_level(log_level))
		return refuse(program, "log-level", log_level, "debug, info, warning or error");
	if (!log_set_format(log_format))
		return refuse(program, "log-format", log_format, "logfmt or json");
	if (topic[0] == '\0')
		return refuse(program, "topic", topic, "a name");
	return true;
}

/*
 * Checks what the table of the relay and the sink cannot.
 */
static bool
check_bridge(const BridgeOptions *options, const Program *program)
{
	char host[256];
	int port;

	if (!check_common(program, options->topic, options->log_level, options->log_format))
		return false;
	if (!address_parse(options->admin_listen, host, sizeof(host), &port))
		return refuse(program, "admin-listen", options->admin_listen, "HOST:PORT");
	if (options->brokers[0] == '\0')
		return refuse(program, "brokers", options->brokers, "HOST:PORT");
	return true;
}

/*
 * Loads a table of settings for a program that takes -X.
 */
static SettingsResult
load(Program *program, const Setting *table, size_t count, KafkaPassed *passed,
     int argc, char **argv)
{
	program->version = RECEIPTS_VERSION;
	program->settings = table;
	program->nsettings = count;
	program->pass_through = kafka_pass;
	program->pass_through_arg = passed;
	return settings_load(program, argc, argv);
}

/*
 * Reads the relay's settings.
 */
SettingsResult
relay_options_load(BridgeOptions *options, int argc, char **argv)
{
	Program program = {.name = "receipts-bridge relay",
	                   .summary = "publishes the producer's outbox to Kafka"};
	Setting table[MAX_SETTINGS];
	size_t count;
	SettingsResult result;

	memset(options, 0, sizeof(*options));
	count = shared_settings(options, table, DEFAULT_DSN_RELAY, DEFAULT_ADMIN_RELAY);
	count += relay_settings(options, table + count);
	result = load(&program, table, count, &options->passed, argc, argv);
	if (result == SETTINGS_OK && !check_bridge(options, &program))
		result = SETTINGS_ERROR;
	return result;
}

/*
 * Reads the sink's settings.
 */
SettingsResult
sink_options_load(BridgeOptions *options, int argc, char **argv)
{
	Program program = {.name = "receipts-bridge sink",
	                   .summary = "stores Kafka's receipts in the consumer's database, "
	                              "each exactly once"};
	Setting table[MAX_SETTINGS];
	size_t count;
	SettingsResult result;

	memset(options, 0, sizeof(*options));
	count = shared_settings(options, table, DEFAULT_DSN_SINK, DEFAULT_ADMIN_SINK);
	count += sink_settings(options, table + count);
	result = load(&program, table, count, &options->passed, argc, argv);
	if (result == SETTINGS_OK && !check_bridge(options, &program))
		result = SETTINGS_ERROR;
	return result;
}

/*
 * Reads the settings of the embedded broker.
 */
SettingsResult
broker_options_load(BrokerOptions *options, int argc, char **argv)
{
	Program program = {.name = "receipts-bridge broker",
	                   .summary = "runs librdkafka's in-memory broker, for a machine "
	                              "without Kafka; nothing survives it"};
	const Setting table[] = {
		{"listen-file", SETTING_STRING, &options->listen_file, NULL, 0, 0, NULL,
	     "file to write the broker's HOST:PORT to, once it serves"},
		{"topic", SETTING_STRING, &options->topic, DEFAULT_TOPIC, 0, 0, NULL,
	     "topic to create"},
		{"partitions", SETTING_INT, &options->partitions, DEFAULT_PARTITIONS, 1, 1000,
	     NULL, "its partitions"},
		{"log-level", SETTING_STRING, &options->log_level, DEFAULT_LOG_LEVEL, 0, 0,
	     NULL, "least level written to the log: debug, info, warning, error"},
		{"log-format", SETTING_STRING, &options->log_format, DEFAULT_LOG_FORMAT, 0, 0,
	     NULL, "form of the lines of the log: logfmt or json"},
	};
	SettingsResult result;

	memset(options, 0, sizeof(*options));
	result = load(&program, table, sizeof(table) / sizeof(table[0]), &options->passed,
	              argc, argv);
	if (result == SETTINGS_OK && !check_common(&program, options->topic,
	                                           options->log_level, options->log_format))
		result = SETTINGS_ERROR;
	return result;
}

/*
 * Reads the settings of the making of a topic.
 */
SettingsResult
topic_options_load(BrokerOptions *options, int argc, char **argv)
{
	Program program = {.name = "receipts-bridge topic",
	                   .summary =
	                       "waits for Kafka and makes the topic if it is missing"};
	const Setting table[] = {
		{"brokers", SETTING_STRING, &options->brokers, DEFAULT_BROKERS, 0, 0, NULL,
	     "Kafka brokers to start from, HOST:PORT with commas"},
		{"topic", SETTING_STRING, &options->topic, DEFAULT_TOPIC, 0, 0, NULL,
	     "topic to make"},
		{"partitions", SETTING_INT, &options->partitions, DEFAULT_PARTITIONS, 1, 10000,
	     NULL, "its partitions"},
		{"replicas", SETTING_INT, &options->replicas, DEFAULT_REPLICAS, 1, 100, NULL,
	     "copies of each partition"},
		{"topic-config", SETTING_STRING, &options->topic_config, "", 0, 0, NULL,
	     "further settings of the topic, KEY=VALUE with commas"},
		{"wait", SETTING_INT, &options->wait_s, DEFAULT_WAIT, 1, 3600, "s",
	     "how long to wait for a broker"},
		{"log-level", SETTING_STRING, &options->log_level, DEFAULT_LOG_LEVEL, 0, 0,
	     NULL, "least level written to the log: debug, info, warning, error"},
		{"log-format", SETTING_STRING, &options->log_format, DEFAULT_LOG_FORMAT, 0, 0,
	     NULL, "form of the lines of the log: logfmt or json"},
	};
	SettingsResult result;

	memset(options, 0, sizeof(*options));
	result = load(&program, table, sizeof(table) / sizeof(table[0]), &options->passed,
	              argc, argv);
	if (result == SETTINGS_OK && !check_common(&program, options->topic,
	                                           options->log_level, options->log_format))
		result = SETTINGS_ERROR;
	return result;
}
