/*
 * token.h
 *	  The token of a request.  It exists in this program only inside the header
 *	  that brought it; all that goes on from here is its SHA-256.
 */
#ifndef FRONTEND_TOKEN_H
#define FRONTEND_TOKEN_H

#include "frontend/digest.h"

#include <stdbool.h>

#define TOKEN_DIGEST_SIZE DIGEST_SIZE

/*
 * Reads "Bearer TOKEN" or "Token TOKEN" (the scheme in any case) and digests the
 * token.  False when the header is NULL, has another scheme or is malformed: the
 * request then counts as one without a token.
 */
extern bool token_digest(const char *authorization,
                         unsigned char digest[TOKEN_DIGEST_SIZE]);

#endif /* FRONTEND_TOKEN_H */
