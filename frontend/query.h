/*
 * query.h
 *	  Parameters of a request: from the path and the query string to the JSON
 *	  object that the API functions take.
 */
#ifndef FRONTEND_QUERY_H
#define FRONTEND_QUERY_H

#include "common/buffer.h"
#include "frontend/route.h"

#include <stdbool.h>

/* The most parameters of one request; beyond, 400. */
#define MAX_PARAMETERS 256

/*
 * Decodes percent escapes in place and terminates the result; plus_is_space for
 * query strings.  Returns its length, or -1 for a broken escape, a NUL byte or
 * invalid UTF-8, none of which jsonb would take.
 */
extern long percent_decode(char *text, size_t length, bool plus_is_space);

/*
 * Writes {"name": ["value", …], …} with every parameter of the path and of the
 * query, the repeated ones in order.  query may be NULL and is decoded in place.
 * Returns NULL, or else what is wrong, as a sentence for the client.
 */
extern const char *parameters_to_json(const RouteMatch *match, char *query,
                                      Buffer *json);

#endif /* FRONTEND_QUERY_H */
