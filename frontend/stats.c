/*
 * stats.c
 *	  Counts and logs requests; see stats.h.
 */
#include "frontend/stats.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* Bounds on the table of routes and on what a line shows of a path. */
#define MAX_ROUTES 64
#define PATH_SHOWN 256

/* Statuses counted on their own: 100 to 599; 0 is a request without an answer. */
#define STATUSES 600

typedef struct RouteStats
{
	char labels[160];
	Metric *latency;
	_Atomic(Metric *) by_status[STATUSES]; /* registered as they occur */
} RouteStats;

/* One a route, and the last one for requests without. */
static RouteStats stats[MAX_ROUTES + 1];

/*
 * Registers the latency of one route.
 */
static void
init_route(RouteStats *route, const char *pattern, const char *method)
{
	snprintf(route->labels, sizeof(route->labels), "route=\"%s\",method=\"%s\"",
	         pattern, method);
	route->latency =
		metric_histogram("receipts_http_request_duration_seconds",
	                     "Time from the first line of a request to the end "
	                     "of its answer",
	                     route->labels);
}

/*
 * Registers the latencies.
 */
void
stats_init(Service service)
{
	size_t count;
	const Route *routes = route_table(&count);

	for (size_t i = 0; i < count && i < MAX_ROUTES; i++)
	{
		if (routes[i].service & service)
			init_route(&stats[i], routes[i].pattern, routes[i].method);
	}
	init_route(&stats[MAX_ROUTES], "none", "other");
}

/*
 * Finds the counter of a status, registering it the first time.  Two threads may
 * do so at once; they get the same counter.
 */
static Metric *
status_counter(RouteStats *route, unsigned int status)
{
	Metric *counter = atomic_load(&route->by_status[status]);
	char labels[200];

	if (counter != NULL)
		return counter;
	snprintf(labels, sizeof(labels), "%s,status=\"%u\"", route->labels, status);
	counter = metric_counter("receipts_http_requests_total",
	                         "Requests by route and status; status 0 got no answer, or "
	                         "one of the HTTP library's own",
	                         labels);
	atomic_store(&route->by_status[status], counter);
	return counter;
}

/*
 * Whether a value can stand in logfmt without quotes.
 */
static bool
is_plain(const char *value)
{
	if (*value == '\0')
		return false;
	for (; *value != '\0'; value++)
	{
		if (*value <= 0x20 || *value >= 0x7F || strchr("\"=\\", *value) != NULL)
			return false;
	}
	return true;
}

/*
 * Writes a value.  Control characters are left to the log, which escapes them.
 */
size_t
logfmt_value(const char *value, char *out, size_t size)
{
	size_t used = 0;

	if (is_plain(value))
		return (size_t) snprintf(out, size, "%.*s", (int) size - 1, value);
	out[used++] = '"';
	for (; *value != '\0' && used + 4 < size; value++)
	{
		if (*value == '"' || *value == '\\')
			out[used++] = '\\';
		out[used++] = *value;
	}
	out[used++] = '"';
	out[used] = '\0';
	return used;
}

/*
 * Writes the line.  The query is left out: it may hold what people search for,
 * or a token that somebody put there by mistake.
 */
static void
log_request(const Request *request, int64_t time_us, const char *end)
{
	char path[PATH_SHOWN];
	char method[32];
	char id[2 * REQUEST_ID_SIZE];
	char shown[PATH_SHOWN];

	snprintf(shown, sizeof(shown), "%.*s", (int) strcspn(request->target, "?"),
	         request->target);
	logfmt_value(shown, path, sizeof(path));
	logfmt_value(request->method ? request->method : "-", method, sizeof(method));
	logfmt_value(request->id, id, sizeof(id));
	log_info("request method=%s path=%s status=%u duration_ms=%lld.%03lld bytes_in=%zu "
	         "bytes_out=%zu client=%s request_id=%s%s%s",
	         method, path, request->status, (long long) time_us / 1000,
	         (long long) time_us % 1000, request->received, request->answer_length,
	         *request->address ? request->address : client_peer(request->client), id,
	         *end ? " end=" : "", end);
}

/*
 * Counts and logs.
 */
void
stats_request(const Request *request, const char *end)
{
	const Route *route = request_route(request);
	RouteStats *counted = &stats[route ? route_index(route) : MAX_ROUTES];
	int64_t time_us = clock_us() - request->started_us;

	metric_observe_us(counted->latency, time_us);
	metric_add(status_counter(counted, request->status % STATUSES), 1);
	if (request->frontend->options.access_log && log_enabled(LOG_INFO))
		log_request(request, time_us, end);
}
