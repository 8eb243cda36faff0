/*
 * etag.h
 *	  Strong entity tags: a hash of the body.
 */
#ifndef FRONTEND_ETAG_H
#define FRONTEND_ETAG_H

#include <stdbool.h>
#include <stddef.h>

/* Two quotes, 32 hexadecimal digits, NUL. */
#define ETAG_SIZE 35

/* Writes the tag of a body, quotes included; false when hashing failed. */
extern bool etag_make(const void *body, size_t length, char etag[ETAG_SIZE]);

/*
 * Whether If-None-Match (a list of tags, or "*") holds the tag.  As RFC 9110
 * asks for this header, W/ makes no difference.
 */
extern bool etag_matches(const char *if_none_match, const char *etag);

#endif /* FRONTEND_ETAG_H */
