/*
 * header.h
 *	  Judgements on single request headers.
 */
#ifndef FRONTEND_HEADER_H
#define FRONTEND_HEADER_H

#include <stdbool.h>
#include <stddef.h>

/* The longest X-Request-Id that is taken, and room for it. */
#define REQUEST_ID_MAX 128
#define REQUEST_ID_SIZE (REQUEST_ID_MAX + 1)

/*
 * Whether Content-Type is the given media type ("application/json") with no
 * charset or with UTF-8.  Other parameters are ignored.  NULL is none.
 */
extern bool content_type_is(const char *content_type, const char *media_type);

/* Whether an X-Request-Id can be taken over: 1 to 128 visible ASCII characters. */
extern bool request_id_is_good(const char *id);

/* Makes a request id that is unique over processes and restarts. */
extern void request_id_make(char id[REQUEST_ID_SIZE]);

/* Whether a list header ("Expect", "Transfer-Encoding") is just this token. */
extern bool header_is_token(const char *value, const char *token);

/*
 * Reads Content-Length: digits only; false also when it exceeds what size_t
 * holds.
 */
extern bool content_length_parse(const char *value, size_t *length);

#endif /* FRONTEND_HEADER_H */
