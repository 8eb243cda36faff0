/*
 * options.c
 *	  The settings of receipts-frontend; see options.h.
 */
#include "frontend/options.h"

#include "common/listen.h"
#include "common/log.h"
#include "common/version.h"
#include "frontend/bucket.h"

#include <stdio.h>
#include <string.h>

/*
 * The defaults.  Where the two services differ there are two.
 *
 * db-connections: the producer's second serves calls, and batches when the
 * one under way is slow; the consumer's four let a long report not hold up the short ones.
 */
#define DEFAULT_LISTEN_PRODUCER "127.0.0.1:8080"
#define DEFAULT_LISTEN_CONSUMER "127.0.0.1:8081"
#define DEFAULT_DSN_PRODUCER "dbname=producer"
#define DEFAULT_DSN_CONSUMER "dbname=consumer"
#define DEFAULT_DB_CONNECTIONS_PRODUCER "2"
#define DEFAULT_DB_CONNECTIONS_CONSUMER "4"
#define DEFAULT_DB_GRACE "1000"
#define DEFAULT_STATEMENT_TIMEOUT "10000"
#define DEFAULT_QUEUE_ROWS "4096"
#define DEFAULT_QUEUE_BYTES "67108864"
#define DEFAULT_BATCH_ROWS "512"
#define DEFAULT_BATCH_BYTES "8388608"
#define DEFAULT_ANSWER_CACHE_PRODUCER "0"
#define DEFAULT_ANSWER_CACHE_CONSUMER "8388608"
#define DEFAULT_BATCH_GATHER "10"
#define DEFAULT_MAX_BODY "1048576"
#define DEFAULT_MAX_BATCH "16777216"
#define DEFAULT_CONNECTION_LIMIT "2048"
#define DEFAULT_PER_ADDRESS_LIMIT "1024"
#define DEFAULT_IDLE_TIMEOUT "60"
#define DEFAULT_REQUEST_TIMEOUT "30"
#define DEFAULT_MEMORY_LIMIT "32768"
#define DEFAULT_THREAD_STACK "1048576"
#define DEFAULT_RATE_LIMIT "0"
#define DEFAULT_AUTH_FAILURES "300"
#define DEFAULT_SHUTDOWN_TIMEOUT "30"
#define DEFAULT_LOG_LEVEL "info"
#define DEFAULT_LOG_FORMAT "logfmt"

#define MAX_SETTINGS 48

/*
 * Looks up what differs between the services.
 */
static const char *
by_service(const Options *options, const char *producer, const char *consumer)
{
	return options->service == SERVICE_PRODUCER ? producer : consumer;
}

/*
 * Settings about addresses and the process.
 */
static size_t
place_settings(Options *o, Setting *table)
{
	const Setting rows[] = {
		{"listen", SETTING_STRING, &o->listen,
	     by_service(o, DEFAULT_LISTEN_PRODUCER, DEFAULT_LISTEN_CONSUMER), 0, 0, NULL,
	     "HOST:PORT to serve; :PORT takes every address of the machine"},
		{"admin-listen", SETTING_STRING, &o->admin_listen, NULL, 0, 0, NULL,
	     "HOST:PORT to serve /livez, /readyz and /metrics on as well, so that probes "
	     "get through when clients hold every connection"},
		{"dsn", SETTING_STRING, &o->dsn,
	     by_service(o, DEFAULT_DSN_PRODUCER, DEFAULT_DSN_CONSUMER), 0, 0, NULL,
	     "libpq connection string or URI of the service's database"},
		{"trusted-proxies", SETTING_STRING, &o->trusted_proxies, "", 0, 0, NULL,
	     "addresses and networks, with commas, whose X-Forwarded-For is believed; "
	     "from others it is ignored, so that clients cannot forge their address"},
		{"tls-certificate", SETTING_STRING, &o->tls_certificate, NULL, 0, 0, NULL,
	     "PEM file of the certificate and its chain, to serve by TLS; with tls-key. "
	     "SIGHUP has both read anew"},
		{"tls-key", SETTING_STRING, &o->tls_key, NULL, 0, 0, NULL,
	     "PEM file of the key of the certificate, without a password"},
		{"cors-origins", SETTING_STRING, &o->cors_origins, "", 0, 0, NULL,
	     "origins, with commas, whose pages may call the API from a browser, such as "
	     "https://app.example.org; * for all; none: only pages of the service itself"},
		{"log-level", SETTING_STRING, &o->log_level, DEFAULT_LOG_LEVEL, 0, 0, NULL,
	     "least level written to the log: debug, info, warning, error"},
		{"log-format", SETTING_STRING, &o->log_format, DEFAULT_LOG_FORMAT, 0, 0, NULL,
	     "form of the lines of the log: logfmt or json"},
		{"access-log", SETTING_BOOL, &o->access_log, "on", 0, 0, NULL,
	     "write a line for each request, at level info"},
		{"shutdown-timeout", SETTING_INT, &o->shutdown_timeout_s,
	     DEFAULT_SHUTDOWN_TIMEOUT, 1, 3600, "s",
	     "longest wait for requests in flight after SIGTERM; then exit 124"},
	};

	memcpy(table, rows, sizeof(rows));
	return sizeof(rows) / sizeof(rows[0]);
}

/*
 * Settings about the database and the queue before it.
 */
static size_t
work_settings(Options *o, Setting *table)
{
	const Setting rows[] = {
		{"db-connections", SETTING_INT, &o->db_connections,
	     by_service(o, DEFAULT_DB_CONNECTIONS_PRODUCER,
	                DEFAULT_DB_CONNECTIONS_CONSUMER),
	     1, 64, NULL, "connections to PostgreSQL, each with its thread"},
		{"db-grace", SETTING_INT, &o->db_grace_ms, DEFAULT_DB_GRACE, 0, 60000, "ms",
	     "how long requests wait for a database that is away before they get 503; "
	     "bridges a restart without holding clients through an outage"},
		{"statement-timeout", SETTING_INT, &o->statement_timeout_ms,
	     DEFAULT_STATEMENT_TIMEOUT, 100, 600000, "ms",
	     "longest run of one statement, so that no query holds a connection for good"},
		{"queue-rows", SETTING_INT, &o->queue_rows, DEFAULT_QUEUE_ROWS, 1, 1000000,
	     NULL,
	     "most requests waiting for the database; beyond, 503 at once rather than "
	     "answers that come too late"},
		{"queue-bytes", SETTING_INT, &o->queue_bytes, DEFAULT_QUEUE_BYTES, 1024,
	     2147483647, "bytes",
	     "most memory in request bodies, received or waiting; beyond, 503"},
		{"batch-rows", SETTING_INT, &o->batch_rows, DEFAULT_BATCH_ROWS, 1, 10000, NULL,
	     "most receipts in one commit; bounds how long each of them waits for the rest"},
		{"batch-bytes", SETTING_INT, &o->batch_bytes, DEFAULT_BATCH_BYTES, 1024,
	     268435456, "bytes", "most bytes of receipts in one commit; bounds memory"},
		{"answer-cache", SETTING_INT, &o->answer_cache,
	     by_service(o, DEFAULT_ANSWER_CACHE_PRODUCER, DEFAULT_ANSWER_CACHE_CONSUMER), 0,
	     1073741824, "bytes",
	     "memory for answers about figures, which are given again until a rollup or a "
	     "token changes; 0: every question goes to the database"},
		{"batch-gather", SETTING_INT, &o->batch_gather_ms, DEFAULT_BATCH_GATHER, 0,
	     1000, "ms",
	     "longest that receipts gather for the next commit while one is under way; then "
	     "they go by another connection, so that a slow one holds up none"},
	};

	memcpy(table, rows, sizeof(rows));
	return sizeof(rows) / sizeof(rows[0]);
}

/*
 * Settings about clients: how much of the service any of them can hold.
 */
static size_t
client_settings(Options *o, Setting *table)
{
	const Setting rows[] = {
		{"max-body", SETTING_INT, &o->max_body, DEFAULT_MAX_BODY, 1, 268435456, "bytes",
	     "largest request body, and largest receipt of a batch; beyond, 413, or just "
	     "that receipt rejected"},
		{"max-batch", SETTING_INT, &o->max_batch, DEFAULT_MAX_BATCH, 1, 1073741824,
	     "bytes", "largest body of a batch; beyond, 413"},
		{"connection-limit", SETTING_INT, &o->connection_limit,
	     DEFAULT_CONNECTION_LIMIT, 1, 100000, NULL,
	     "most open connections; further ones wait to be accepted. Bounds descriptors "
	     "and memory"},
		{"per-address-limit", SETTING_INT, &o->per_address_limit,
	     DEFAULT_PER_ADDRESS_LIMIT, 0, 100000, NULL,
	     "most open connections from one address, so that one client cannot take them "
	     "all; 0: no limit, for use behind a proxy"},
		{"idle-timeout", SETTING_INT, &o->idle_timeout_s, DEFAULT_IDLE_TIMEOUT, 1, 3600,
	     "s", "how long a connection may stay without any traffic"},
		{"request-timeout", SETTING_INT, &o->request_timeout_s, DEFAULT_REQUEST_TIMEOUT,
	     1, 3600, "s",
	     "longest time in all to receive a request, to wait in the queue, and to take "
	     "the answer; bounds clients that drip bytes"},
		{"memory-limit", SETTING_INT, &o->memory_limit, DEFAULT_MEMORY_LIMIT, 4096,
	     1048576, "bytes",
	     "memory of a connection for its request line and headers; beyond, 414 or 431"},
		{"thread-stack", SETTING_INT, &o->thread_stack, DEFAULT_THREAD_STACK, 262144,
	     67108864, "bytes", "stack of each thread"},
		{"rate-limit", SETTING_INT, &o->rate_limit, DEFAULT_RATE_LIMIT, 0,
	     BUCKET_MAX_RATE, "a minute",
	     "requests of one token, each receipt of a batch counted; beyond, 429; a token "
	     "may have a rate of its own; 0: no limit"},
		{"auth-failures", SETTING_INT, &o->auth_failures, DEFAULT_AUTH_FAILURES, 0,
	     BUCKET_MAX_RATE, "a minute",
	     "failed attempts with tokens from one address; beyond, 429 for tokens that "
	     "have not been seen to be valid; 0: no limit"},
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
	        value, setting, wanted);
	return false;
}

/*
 * Checks an address to listen on.
 */
static bool
check_address(const Program *program, const char *setting, const char *value)
{
	char host[256];
	int port;

	if (value == NULL || address_parse(value, host, sizeof(host), &port))
		return true;
	return refuse(program, setting, value, "HOST:PORT");
}

/*
 * Checks what the table cannot, and derives.
 */
static bool
check_options(Options *options, const Program *program)
{
	if (!check_address(program, "listen", options->listen) ||
	    !check_address(program, "admin-listen", options->admin_listen))
		return false;
	if ((options->tls_certificate == NULL) != (options->tls_key == NULL))
		return refuse(program, options->tls_key ? "tls-certificate" : "tls-key", "",
		              "a file, as tls-certificate and tls-key go together");
	if (!log_set_level(options->log_level))
		return refuse(program, "log-level", options->log_level,
		              "debug, info, warning or error");
	if (!log_set_format(options->log_format))
		return refuse(program, "log-format", options->log_format, "logfmt or json");
	if (!networks_parse(&options->trusted, options->trusted_proxies))
		return refuse(
			program, "trusted-proxies", options->trusted_proxies,
			"addresses or networks such as 10.0.0.0/8, with commas, at most 32");
	if (!origins_parse(&options->origins, options->cors_origins))
		return refuse(program, "cors-origins", options->cors_origins,
		              "* or origins such as https://app.example.org, in lower case and "
		              "without a path, with commas, at most 32");
	if (options->batch_bytes < options->max_body)
		options->batch_bytes = options->max_body;
	return true;
}

/*
 * Builds the table and loads it.
 */
SettingsResult
options_load(Options *options, Service service, int argc, char **argv)
{
	Setting table[MAX_SETTINGS];
	size_t count = 0;
	Program program;
	SettingsResult result;

	memset(options, 0, sizeof(*options));
	options->service = service;
	count += place_settings(options, table + count);
	count += work_settings(options, table + count);
	count += client_settings(options, table + count);

	memset(&program, 0, sizeof(program));
	program.name =
		by_service(options, "receipts-frontend producer", "receipts-frontend consumer");
	program.version = RECEIPTS_VERSION;
	program.summary = by_service(options, "takes receipts by HTTP into the journal",
	                             "answers analytics by HTTP");
	program.settings = table;
	program.nsettings = count;
	result = settings_load(&program, argc, argv);
	if (result == SETTINGS_OK && !check_options(options, &program))
		result = SETTINGS_ERROR;
	return result;
}
