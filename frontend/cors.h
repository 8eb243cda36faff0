/*
 * cors.h
 *	  Cross-origin resource sharing, as browsers want it (Fetch, "CORS protocol"):
 *	  which pages of other origins may call the API from their scripts.
 *
 * Off unless origins are named.  Credentials that a browser adds by itself are
 * never allowed: scripts send their token themselves.
 */
#ifndef FRONTEND_CORS_H
#define FRONTEND_CORS_H

#include <stdbool.h>
#include <stddef.h>

struct MHD_Response;
struct Request;

#define MAX_ORIGINS 32

/*
 * An origin as it stands in the setting.
 */
typedef struct Origin
{
	const char *text;
	size_t length;
} Origin;

typedef struct Origins
{
	bool any; /* "*" */
	int count;
	Origin list[MAX_ORIGINS];
} Origins;

/*
 * Reads "https://a.example, http://localhost:3000", or "*", which must stand
 * alone; false when it is neither.  The text must outlive the result.
 */
extern bool origins_parse(Origins *origins, const char *text);

/* Whether the value of a header Origin is allowed; NULL is none. */
extern bool origins_allow(const Origins *origins, const char *origin);

/* Adds what every reply has when origins are named. */
extern void cors_add_headers(const struct Request *request,
                             struct MHD_Response *response);

/* Adds to the reply to OPTIONS what a preflight asks; allow: the methods of the path. */
extern void cors_add_preflight(const struct Request *request,
                               struct MHD_Response *response, const char *allow);

#endif /* FRONTEND_CORS_H */
