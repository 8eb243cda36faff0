/*
 * route.h
 *	  The one table of what the services serve.  Routing, 405 with Allow and the
 *	  labels of the metrics derive from it.
 */
#ifndef FRONTEND_ROUTE_H
#define FRONTEND_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Bits, since a route may belong to several.  The third is what a listener of its
 * own for health and metrics serves.
 */
typedef enum Service
{
	SERVICE_PRODUCER = 1,
	SERVICE_CONSUMER = 2,
	SERVICE_BOTH = 3,
	SERVICE_ADMIN = 4,
	SERVICE_ALL = 7
} Service;

typedef enum RouteKind
{
	ROUTE_SUBMIT,  /* the body is a receipt; batched into api.submit() */
	ROUTE_BATCH,   /* the body is many receipts; api.submit_batch() by the chunk */
	ROUTE_CALL,    /* one call of an API function */
	ROUTE_FIGURES, /* the same; the answer may be kept, see recall.h */
	ROUTE_LIVE,    /* the process runs */
	ROUTE_READY,   /* the service can answer */
	ROUTE_METRICS, /* Prometheus text */
	ROUTE_STATIC   /* a file; see asset.h */
} RouteKind;

typedef struct Route
{
	const char *method;
	const char *pattern; /* "/api/places/{place_id}/"; the final slash is optional */
	RouteKind kind;
	Service service;
	const char *function; /* of ROUTE_CALL and ROUTE_FIGURES: in schema api */
	const char *role;     /* who may; the database decides, this documents it */
	const char *summary;
} Route;

/* The most path parameters that a pattern has. */
#define MAX_PATH_PARAMETERS 2

/* The most segments of a path that can match. */
#define MAX_SEGMENTS 8

/* A piece of a pattern or of a path, not terminated. */
typedef struct Span
{
	const char *text;
	size_t length;
} Span;

/*
 * What matched: the names stand in the pattern, the values, not decoded yet, in
 * the path.
 */
typedef struct RouteMatch
{
	const Route *route; /* NULL: none */
	bool path_matched;  /* the path is known, so a missing route means 405 */
	char allow[64];     /* when the path matched: "GET, HEAD, OPTIONS, POST" */
	int nparameters;
	Span names[MAX_PATH_PARAMETERS];
	Span values[MAX_PATH_PARAMETERS];
} RouteMatch;

/*
 * Finds the route of a request.  path: percent-encoded, without query.  HEAD
 * finds the route of GET.
 */
extern void route_find(Service service, const char *method, const char *path,
                       RouteMatch *match);

/* The table, in order, and its length. */
extern const Route *route_table(size_t *count);

/* The place of a route in the table. */
extern size_t route_index(const Route *route);

/* Whether HTTP knows this method: then a wrong one is 405, else 501. */
extern bool method_is_known(const char *method);

#endif /* FRONTEND_ROUTE_H */
