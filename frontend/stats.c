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

/* Bounds on the table of routes and on what a line shows of path and method. */
#define MAX_ROUTES 64
#define PATH_SHOWN 256
#define METHOD_SHOWN 32

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
 * Adds the ids by which a request is found elsewhere.
 */
static void
add_ids(LogLine *line, const Request *request)
{
	logline_text(line, "request_id", request->id);
	if (*request->traceparent != '\0')
		logline_bytes(line, "trace_id", request->traceparent + TRACE_ID_AT,
		              TRACE_ID_LENGTH);
	if (request->ticket.token_id != 0)
		logline_number(line, "token_id", request->ticket.token_id);
}

/*
 * Writes the line.  The query is left out: it may hold what people search for,
 * or a token that somebody put there by mistake.
 */
static void
log_request(const Request *request, int64_t time_us, const char *end)
{
	size_t path = strcspn(request->target, "?");
	LogLine line;

	log_begin(&line, LOG_INFO, "request");
	logline_bytes(&line, "method", request->method ? request->method : "-",
	              request->method ? strnlen(request->method, METHOD_SHOWN) : 1);
	logline_bytes(&line, "path", request->target,
	              path < PATH_SHOWN ? path : PATH_SHOWN);
	logline_number(&line, "status", request->status);
	logline_millis(&line, "duration_ms", time_us);
	logline_number(&line, "bytes_in", (int64_t) request->received);
	logline_number(&line, "bytes_out", (int64_t) request->answer_length);
	logline_text(&line, "client",
	             *request->address ? request->address : client_peer(request->client));
	add_ids(&line, request);
	if (*end != '\0')
		logline_text(&line, "end", end);
	log_end_later(&line);
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
