/*
 * route.c
 *	  The table of routes and the search in it; see route.h.
 *
 * The table is searched from the top, a row at a time: it is short, and the
 * cost of a search is nothing beside that of a system call.  A literal segment
 * must stand above a parameter in the same place.
 */
#include "frontend/route.h"

#include <stdio.h>
#include <string.h>

static const Route routes[] = {
	/* Producer. */
	{"POST", "/api/checks/", ROUTE_SUBMIT, SERVICE_PRODUCER, NULL, "submitter",
     "Submit a receipt"},
	{"POST", "/api/checks/batch/", ROUTE_BATCH, SERVICE_PRODUCER, NULL, "submitter",
     "Submit many receipts"},
	{"GET", "/api/checks/", ROUTE_CALL, SERVICE_PRODUCER, "journal", "admin",
     "The journal of all receipts, newest first"},
	{"GET", "/api/checks/{transaction_id}/", ROUTE_CALL, SERVICE_PRODUCER,
     "check_status", "submitter, admin",
     "Where a receipt is: received, accepted, published"},

	/* Consumer. */
	{"GET", "/api/places/", ROUTE_CALL, SERVICE_CONSUMER, "places", "analyst",
     "List the places"},
	{"GET", "/api/places/{place_id}/", ROUTE_CALL, SERVICE_CONSUMER, "place", "analyst",
     "One place"},
	{"GET", "/api/analytics/", ROUTE_FIGURES, SERVICE_CONSUMER, "analytics", "analyst",
     "Analytics of every matching place, and their total"},
	{"GET", "/api/analytics/timeseries/", ROUTE_FIGURES, SERVICE_CONSUMER, "timeseries",
     "analyst", "Analytics by hour, day, week or month"},
	{"GET", "/api/analytics/{place_id}/", ROUTE_FIGURES, SERVICE_CONSUMER,
     "analytics_place", "analyst", "Analytics of one place"},
	{"GET", "/api/categories/", ROUTE_FIGURES, SERVICE_CONSUMER, "categories",
     "analyst", "The categories seen, with totals"},
	{"GET", "/api/rollups/", ROUTE_CALL, SERVICE_CONSUMER, "rollups", "admin",
     "List the rollup runs"},
	{"POST", "/api/rollups/", ROUTE_CALL, SERVICE_CONSUMER, "rollup_start", "admin",
     "Run a rollup now"},
	{"GET", "/api/dead-letters/", ROUTE_CALL, SERVICE_CONSUMER, "dead_letters", "admin",
     "What could not be stored, newest first"},
	{"POST", "/api/dead-letters/retry/", ROUTE_CALL, SERVICE_CONSUMER,
     "dead_letter_retry_code", "admin", "Try all dead letters with a code again"},
	{"POST", "/api/dead-letters/{id}/retry/", ROUTE_CALL, SERVICE_CONSUMER,
     "dead_letter_retry", "admin", "Try a dead letter again"},
	{"POST", "/api/dead-letters/{id}/dismiss/", ROUTE_CALL, SERVICE_CONSUMER,
     "dead_letter_dismiss", "admin", "Close a dead letter without storing it"},

	{"GET", "/", ROUTE_STATIC, SERVICE_CONSUMER, NULL, "none", "The dashboard"},
	{"GET", "/dashboard/{file}", ROUTE_STATIC, SERVICE_CONSUMER, NULL, "none",
     "What the dashboard is made of"},

	/* Both. */
	{"GET", "/api/tokens/", ROUTE_CALL, SERVICE_BOTH, "tokens", "admin",
     "List the tokens"},
	{"POST", "/api/tokens/", ROUTE_CALL, SERVICE_BOTH, "token_create", "admin",
     "Create a token; its secret is shown this once"},
	{"DELETE", "/api/tokens/{id}/", ROUTE_CALL, SERVICE_BOTH, "token_revoke", "admin",
     "Revoke a token"},
	{"GET", "/api/openapi.json", ROUTE_STATIC, SERVICE_BOTH, NULL, "none",
     "This API as an OpenAPI 3.1 document"},
	{"GET", "/api/docs/", ROUTE_STATIC, SERVICE_BOTH, NULL, "none",
     "This API in Swagger UI"},
	{"GET", "/api/docs/{file}", ROUTE_STATIC, SERVICE_BOTH, NULL, "none",
     "What the page of Swagger UI is made of"},
	{"GET", "/livez", ROUTE_LIVE, SERVICE_ALL, NULL, "none", "The process runs"},
	{"GET", "/readyz", ROUTE_READY, SERVICE_ALL, NULL, "none",
     "The service can answer"},
	{"GET", "/metrics", ROUTE_METRICS, SERVICE_ALL, NULL, "none", "Prometheus text"},
};

#define NROUTES (sizeof(routes) / sizeof(routes[0]))

/*
 * Cuts a path at its slashes.  One slash at the end does not count.  Returns -1
 * for what cannot match: no leading slash, or too many segments.
 */
static int
split_path(const char *path, Span segments[MAX_SEGMENTS])
{
	int count = 0;

	if (*path != '/')
		return -1;
	while (*path == '/' && path[1] != '\0')
	{
		size_t length = strcspn(++path, "/");

		if (count == MAX_SEGMENTS)
			return -1;
		segments[count].text = path;
		segments[count++].length = length;
		path += length;
	}
	return count;
}

/*
 * Takes a segment for the parameter that the pattern has there.  An empty one is
 * none.
 */
static bool
take_parameter(Span pattern, Span segment, RouteMatch *match)
{
	if (segment.length == 0 || match->nparameters == MAX_PATH_PARAMETERS)
		return false;
	match->names[match->nparameters].text = pattern.text + 1;
	match->names[match->nparameters].length = pattern.length - 2;
	match->values[match->nparameters] = segment;
	match->nparameters++;
	return true;
}

/*
 * Whether the segments of a path are those of a pattern; collects parameters.
 */
static bool
match_pattern(const char *pattern, const Span *segments, int count, RouteMatch *match)
{
	Span wanted[MAX_SEGMENTS];

	match->nparameters = 0;
	if (split_path(pattern, wanted) != count)
		return false;
	for (int i = 0; i < count; i++)
	{
		if (wanted[i].text[0] == '{')
		{
			if (!take_parameter(wanted[i], segments[i], match))
				return false;
		}
		else if (wanted[i].length != segments[i].length ||
		         memcmp(wanted[i].text, segments[i].text, wanted[i].length) != 0)
			return false;
	}
	return true;
}

/*
 * Adds a method to Allow.  GET brings HEAD with it.
 */
static void
add_allowed(RouteMatch *match, const char *method)
{
	size_t used = strlen(match->allow);

	snprintf(match->allow + used, sizeof(match->allow) - used, "%s%s%s", method,
	         strcmp(method, "GET") == 0 ? ", HEAD" : "", ", ");
}

/*
 * Fills Allow from every row whose pattern matches; only needed when no row
 * matches the method as well.
 */
static void
collect_allowed(Service service, const Span *segments, int count, RouteMatch *match)
{
	for (size_t i = 0; i < NROUTES; i++)
	{
		if ((routes[i].service & service) == 0 ||
		    !match_pattern(routes[i].pattern, segments, count, match))
			continue;
		match->path_matched = true;
		add_allowed(match, routes[i].method);
	}
	match->nparameters = 0;
	if (match->path_matched)
		add_allowed(match, "OPTIONS");
	if (strlen(match->allow) > 2)
		match->allow[strlen(match->allow) - 2] = '\0';
}

/*
 * Finds the first row whose method and pattern both match.
 */
void
route_find(Service service, const char *method, const char *path, RouteMatch *match)
{
	Span segments[MAX_SEGMENTS];
	int count = split_path(path, segments);

	memset(match, 0, sizeof(*match));
	if (count < 0)
		return;
	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	for (size_t i = 0; i < NROUTES; i++)
	{
		if ((routes[i].service & service) == 0 ||
		    strcmp(routes[i].method, method) != 0 ||
		    !match_pattern(routes[i].pattern, segments, count, match))
			continue;
		match->route = &routes[i];
		match->path_matched = true;
		return;
	}
	collect_allowed(service, segments, count, match);
}

/*
 * Gives the table to those who derive from it.
 */
const Route *
route_table(size_t *count)
{
	*count = NROUTES;
	return routes;
}

/*
 * Numbers a route, for arrays that run beside the table.
 */
size_t
route_index(const Route *route)
{
	return (size_t) (route - routes);
}

/*
 * The methods of HTTP, with PATCH and QUERY.
 */
bool
method_is_known(const char *method)
{
	static const char *const known[] = {"GET",     "HEAD",   "POST",    "PUT",
	                                    "PATCH",   "DELETE", "OPTIONS", "TRACE",
	                                    "CONNECT", "QUERY"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
	{
		if (strcmp(method, known[i]) == 0)
			return true;
	}
	return false;
}
