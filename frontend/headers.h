/*
 * headers.h
 *	  The headers of a request that matter.
 */
#ifndef FRONTEND_HEADERS_H
#define FRONTEND_HEADERS_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Values as libmicrohttpd holds them until the request is over; NULL where absent,
 * the last one where repeated.
 */
typedef struct Headers
{
	const char *accept_encoding;
	const char *accept_language;
	const char *asked_method; /* Access-Control-Request-Method, of a preflight */
	const char *authorization;
	const char *content_encoding;
	const char *content_length;
	const char *content_type;
	const char *expect;
	const char *forwarded_for;
	const char *if_none_match;
	const char *origin;
	const char *request_id;
	const char *traceparent;
	const char *transfer_encoding;

	/* How often they stand there. */
	int content_lengths;
	int hosts;
	int traceparents;
	int transfer_encodings;

	bool malformed; /* one has a name or value that HTTP does not allow */
} Headers;

/* Reads them in one pass. */
extern void headers_read(Headers *headers, struct MHD_Connection *connection);

/* Takes one header into account; value is followed by a NUL. */
extern void headers_take(Headers *headers, const char *name, size_t name_size,
                         const char *value, size_t value_size);

#endif /* FRONTEND_HEADERS_H */
