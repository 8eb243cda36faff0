/*
 * admit.c
 *	  The gate, applied to requests; see admit.h.
 *
 * RateLimit and RateLimit-Policy are those of draft-ietf-httpapi-ratelimit-
 * headers-10: a quota of q in a window of w seconds, of which r remain, and t
 * seconds until all of it is there again.
 */
#include "frontend/admit.h"

#include "common/clock.h"
#include "common/metrics.h"
#include "frontend/bucket.h"

#include <stdio.h>
#include <string.h>

#define HELD_BACK_NAME "receipts_requests_held_back_total"
#define HELD_BACK_HELP                                                                 \
	"Requests answered 429: by the rate of their token, or by the failed attempts of " \
	"their address"

static struct
{
	Metric *limited;
	Metric *suspect;
	Metric *failures;
} metrics;

/*
 * Registers the metrics.
 */
void
admit_init(void)
{
	metrics.limited = metric_counter(HELD_BACK_NAME, HELD_BACK_HELP, "reason=\"rate\"");
	metrics.suspect =
		metric_counter(HELD_BACK_NAME, HELD_BACK_HELP, "reason=\"failures\"");
	metrics.failures = metric_counter("receipts_token_failures_total",
	                                  "Requests whose token was not valid", NULL);
}

/*
 * Whether tokens matter to a route; those for everybody cost the database nothing.
 */
static bool
needs_token(const Route *route)
{
	return route != NULL && (route->kind == ROUTE_SUBMIT ||
	                         route->kind == ROUTE_BATCH || route->function != NULL);
}

/*
 * Asks the gate.
 */
ProblemCode
admit_request(Request *request)
{
	if (!request->has_token || !needs_token(request_route(request)))
		return PROBLEM_NONE;
	switch (gate_enter(request->frontend->gate, request->token, request->address,
	                   clock_ms(), &request->ticket))
	{
		case GATE_OPEN:
			break;
		case GATE_LIMITED:
			metric_add(metrics.limited, 1);
			return PROBLEM_RATE_LIMITED;
		case GATE_SUSPECT:
			metric_add(metrics.suspect, 1);
			return PROBLEM_TOO_MANY_FAILURES;
	}
	return PROBLEM_NONE;
}

/*
 * The seconds to wait.
 */
int
admit_retry_after(const Request *request)
{
	return request->ticket.retry_after_s;
}

/*
 * Adds what is known of the token's limit.
 */
void
admit_add_headers(const Request *request, struct MHD_Response *response)
{
	const GateTicket *ticket = &request->ticket;
	char text[64];

	if (ticket->limit == 0)
		return;
	snprintf(text, sizeof(text), "\"token\";q=%d;w=%d", ticket->limit, BUCKET_WINDOW_S);
	MHD_add_response_header(response, "RateLimit-Policy", text);
	snprintf(text, sizeof(text), "\"token\";r=%lld;t=%d", (long long) ticket->left,
	         ticket->reset_s);
	MHD_add_response_header(response, "RateLimit", text);
}

/*
 * Counts more.
 */
void
admit_charge(const Request *request, int64_t count)
{
	gate_charge(request->frontend->gate, request->token, count, clock_ms());
}

/*
 * Counts a failed attempt.
 */
void
admit_finish(const Request *request)
{
	if (request->status != MHD_HTTP_UNAUTHORIZED || !request->has_token)
		return;
	metric_add(metrics.failures, 1);
	gate_fail(request->frontend->gate, request->token, request->address, clock_ms());
}
