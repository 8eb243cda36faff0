/*
 * main.c
 *	  receipts-frontend: the HTTP side of both services.
 *
 * Shutdown, after the first SIGTERM or SIGINT:
 *	  1. /readyz answers 503, replies carry "Connection: close", and no more
 *		 connections are accepted;
 *	  2. requests in flight are finished; those that are still arriving get half
 *		 of the time limit for it;
 *	  3. the queue is closed, and the workers end when it is empty;
 *	  4. libmicrohttpd closes what is still open; exit 0.
 * A second signal, or the time limit, ends the process at once with 124.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/listen.h"
#include "common/stop.h"
#include "common/version.h"
#include "frontend/admit.h"
#include "frontend/frontend.h"
#include "frontend/linger.h"
#include "frontend/recall.h"
#include "frontend/route.h"
#include "frontend/scrape.h"
#include "frontend/server.h"
#include "frontend/stats.h"
#include "frontend/tls.h"
#include "frontend/watch.h"
#include "frontend/worker.h"

#include <json-c/json.h>
#include <libpq-fe.h>
#include <malloc.h>
#include <microhttpd.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* How often deadlines are looked at. */
#define TICK_MS 100

/* Descriptors beside those of clients: database, log, listeners, lingering. */
#define OTHER_DESCRIPTORS 256

/* How long the last answers may take to be sent in a shutdown. */
#define LAST_ANSWERS_MS 1000

/* How many connections must be gone, and how often at most, for memory to be given back. */
#define TRIM_CONNECTIONS 256
#define TRIM_EVERY_MS 10000

/*
 * What main() starts and stops.
 */
typedef struct Process
{
	Frontend frontend;
	Workers *workers;
	Watch *watch; /* NULL: nothing is kept */
	Server *api;
	Server *admin; /* NULL: no listener of its own */
	char api_name[LISTEN_NAME_SIZE];
	int most_connected; /* since memory was given back */
	int64_t trim_due_ms;
} Process;

/*
 * Raises the limit on descriptors as far as it must be and may be.
 */
static void
raise_descriptor_limit(int connections)
{
	rlim_t wanted = (rlim_t) connections + OTHER_DESCRIPTORS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted <= limit.rlim_max ? wanted : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
		log_warning("connection-limit %d needs %llu file descriptors, but the limit is "
		            "%llu",
		            connections, (unsigned long long) wanted,
		            (unsigned long long) limit.rlim_cur);
}

/*
 * Makes what the threads share.
 */
static bool
init_frontend(Frontend *frontend)
{
	const Options *options = &frontend->options;

	frontend->budget.limit = (size_t) options->queue_bytes;
	atomic_store(&frontend->database.away_since_ms, clock_ms());
	frontend->queue = queue_new((size_t) options->queue_rows, options->batch_gather_ms);
	frontend->linger = linger_new();
	frontend->gate = gate_new(options->rate_limit, options->auth_failures);
	if (options->answer_cache > 0)
		frontend->cache = answercache_new((size_t) options->answer_cache);
	workers_init();
	scrape_init();
	stats_init(options->service);
	admit_init();
	recall_init(options->service);
	tls_init();
	if (frontend->queue != NULL && frontend->linger != NULL && frontend->gate != NULL &&
	    (frontend->cache != NULL || options->answer_cache == 0))
		return true;
	log_error("out of memory");
	return false;
}

/*
 * Starts one listener.
 */
static Server *
start_listener(Frontend *frontend, const char *address, Service service,
               char name[LISTEN_NAME_SIZE])
{
	int listener = listen_open(address);

	if (listener < 0)
		return NULL;
	listen_name(listener, name, LISTEN_NAME_SIZE);
	return server_start(frontend, listener, service);
}

/*
 * Reads certificate and key.  A handshake has the time that client.h gives a
 * connection for its first request line.
 */
static bool
load_tls(const Options *options)
{
	int64_t longest_s = options->idle_timeout_s + options->request_timeout_s;

	return options->tls_certificate == NULL ||
	       tls_load(options->tls_certificate, options->tls_key, longest_s * 1000);
}

/*
 * Starts the listeners, then the workers: an address that is taken is the error
 * to be shown, not a database that is away.
 */
static bool
start(Process *process)
{
	Frontend *frontend = &process->frontend;
	const Options *options = &frontend->options;

	if (!init_frontend(frontend) || !load_tls(options))
		return false;
	process->api =
		start_listener(frontend, options->listen, options->service, process->api_name);
	if (process->api == NULL)
		return false;
	if (options->admin_listen != NULL)
	{
		char admin_name[LISTEN_NAME_SIZE];

		process->admin =
			start_listener(frontend, options->admin_listen, SERVICE_ADMIN, admin_name);
		if (process->admin == NULL)
			return false;
		log_info("health and metrics also on %s", admin_name);
	}
	if (frontend->cache != NULL)
	{
		process->watch = watch_start(frontend);
		if (process->watch == NULL)
			return false;
	}
	process->workers = workers_start(frontend);
	return process->workers != NULL;
}

/*
 * Writes the line that says what runs here.
 */
static void
log_start(const Process *process)
{
	const Options *options = &process->frontend.options;
	int libpq = PQlibVersion();

	log_info("receipts-frontend %s %s on %s (libmicrohttpd %s, libpq %d.%d, json-c %s, "
	         "%s): %d database connections, %d connections (%d an address), queue %d "
	         "requests and %d bytes, batch %d rows, body %d bytes",
	         options->service == SERVICE_PRODUCER ? "producer" : "consumer",
	         RECEIPTS_VERSION, process->api_name, MHD_get_version(), libpq / 10000,
	         libpq % 10000, json_c_version(), OpenSSL_version(OPENSSL_VERSION),
	         options->db_connections, options->connection_limit,
	         options->per_address_limit, options->queue_rows, options->queue_bytes,
	         options->batch_rows, options->max_body);
}

/*
 * Gives memory back to the system after a flood of connections: what they had is
 * free by then, but malloc() would keep it.
 */
static void
trim_memory(Process *process, int64_t now_ms)
{
	int connected = atomic_load(&process->frontend.connected);

	if (connected > process->most_connected)
		process->most_connected = connected;
	if (process->most_connected - connected < TRIM_CONNECTIONS ||
	    now_ms < process->trim_due_ms)
		return;
	malloc_trim(0);
	process->most_connected = connected;
	process->trim_due_ms = now_ms + TRIM_EVERY_MS;
}

/*
 * Keeps house once: waits for a tick, or for what comes earlier.
 */
static void
tick(Process *process, bool watch_stop)
{
	struct pollfd set[LINGER_MAX + 2];
	size_t count = linger_poll_set(process->frontend.linger, set);
	int64_t now_ms;

	if (watch_stop)
	{
		set[count].fd = stop_fd();
		set[count++].events = POLLIN;
	}
	poll(set, count, TICK_MS);
	now_ms = clock_ms();
	linger_run(process->frontend.linger, now_ms);
	server_sweep(process->api, now_ms);
	if (process->admin != NULL)
		server_sweep(process->admin, now_ms);
	workers_sweep(&process->frontend, now_ms);
	log_flush();
	tls_sweep(now_ms);
	trim_memory(process, now_ms);
}

/*
 * SIGHUP: reads anew what can be.  What cannot be used changes nothing.
 */
static void
reload(const Options *options)
{
	if (options->tls_certificate == NULL)
		log_info("nothing to read anew: there is no TLS certificate");
	else if (!load_tls(options))
		log_error("going on with the TLS certificate and key that were read before");
}

/*
 * Keeps house until no request is under way, or for so long.
 */
static void
await_requests(Process *process, int64_t patience_ms)
{
	int64_t until_ms = clock_ms() + patience_ms;

	while (atomic_load(&process->frontend.active) > 0 && clock_ms() < until_ms)
		tick(process, false);
}

/*
 * Finishes what is in flight.  Requests that are still arriving are given half of
 * the limit; those in the queue end by themselves, at their deadline at the
 * latest; and what the workers answered last gets a moment to be sent.
 */
static void
drain(Process *process)
{
	Frontend *frontend = &process->frontend;
	int64_t limit_ms = (int64_t) frontend->options.shutdown_timeout_s * 1000;

	atomic_store(&frontend->draining, true);
	log_info("shutting down: finishing %d requests", atomic_load(&frontend->active));
	server_quiesce(process->api);
	await_requests(process, limit_ms / 2);
	queue_close(frontend->queue);
	while (queue_length(frontend->queue) > 0)
		tick(process, false);
	workers_stop(process->workers);
	await_requests(process, LAST_ANSWERS_MS);
	server_stop(process->api);
	server_stop(process->admin);
	watch_stop(process->watch);
	answercache_free(frontend->cache);
	tls_free();
	linger_free(frontend->linger);
	queue_free(frontend->queue);
	gate_free(frontend->gate);
	log_info("shut down");
}

/*
 * Reads the service from the first argument.
 */
static bool
read_service(int argc, char **argv, Service *service)
{
	static const char usage[] =
		"Usage: receipts-frontend producer|consumer [OPTION]...\n"
		"\n"
		"producer takes receipts, consumer answers analytics.  \"receipts-frontend "
		"producer --help\"\nlists the options and their defaults, \"--routes\" the routes.\n";

	if (argc >= 2 && strcmp(argv[1], "producer") == 0)
		*service = SERVICE_PRODUCER;
	else if (argc >= 2 && strcmp(argv[1], "consumer") == 0)
		*service = SERVICE_CONSUMER;
	else
	{
		bool asked = argc >= 2 && strcmp(argv[1], "--help") == 0;

		fputs(usage, asked ? stdout : stderr);
		return false;
	}
	return true;
}

/*
 * Prints the routes of a service, for whoever compares documents with them:
 * method, pattern, roles and summary, divided by tabs.
 */
static void
print_routes(Service service)
{
	size_t count;
	const Route *routes = route_table(&count);

	for (size_t i = 0; i < count; i++)
	{
		if (routes[i].service & service)
			printf("%s\t%s\t%s\t%s\n", routes[i].method, routes[i].pattern,
			       routes[i].role, routes[i].summary);
	}
}

/*
 * Starts, keeps house until a stop is requested, and stops.
 */
static int
run(Process *process)
{
	const Options *options = &process->frontend.options;

	stop_install(options->shutdown_timeout_s);
	raise_descriptor_limit(options->connection_limit);
	if (!start(process))
		return 1;
	log_start(process);
	while (!stop_requested())
	{
		tick(process, true);
		if (stop_take_reload())
			reload(options);
	}
	drain(process);
	return 0;
}

/*
 * Reads the settings and runs.
 */
int
main(int argc, char **argv)
{
	static Process process;
	Service service;

	if (argc == 2 && strcmp(argv[1], "--version") == 0)
	{
		printf("receipts-frontend %s\n", RECEIPTS_VERSION);
		return 0;
	}
	if (!read_service(argc, argv, &service))
		return argc == 2 && strcmp(argv[1], "--help") == 0 ? 0 : 2;
	if (argc == 3 && strcmp(argv[2], "--routes") == 0)
	{
		print_routes(service);
		return 0;
	}
	switch (options_load(&process.frontend.options, service, argc - 1, argv + 1))
	{
		case SETTINGS_OK:
			return run(&process);
		case SETTINGS_EXIT:
			return 0;
		case SETTINGS_ERROR:
			break;
	}
	return 2;
}
