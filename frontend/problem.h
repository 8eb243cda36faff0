/*
 * problem.h
 *	  The errors that the front end answers itself, as application/problem+json
 *	  (RFC 9457).  The database makes the bodies of all others.
 */
#ifndef FRONTEND_PROBLEM_H
#define FRONTEND_PROBLEM_H

#include "common/buffer.h"

#define PROBLEM_CONTENT_TYPE "application/problem+json"
#define JSON_CONTENT_TYPE "application/json"

typedef enum ProblemCode
{
	PROBLEM_NONE = 0,
	PROBLEM_BAD_REQUEST,
	PROBLEM_MALFORMED_BATCH,
	PROBLEM_NOT_FOUND,
	PROBLEM_METHOD_NOT_ALLOWED,
	PROBLEM_REQUEST_TIMEOUT,
	PROBLEM_BODY_TOO_LARGE,
	PROBLEM_BATCH_TOO_LONG,
	PROBLEM_UNSUPPORTED_MEDIA_TYPE,
	PROBLEM_UNSUPPORTED_CODING,
	PROBLEM_RATE_LIMITED,
	PROBLEM_TOO_MANY_FAILURES,
	PROBLEM_INTERNAL,
	PROBLEM_NOT_IMPLEMENTED,
	PROBLEM_OVERLOADED,
	PROBLEM_UNAVAILABLE
} ProblemCode;

/* The HTTP status that goes with a code. */
extern unsigned int problem_status(ProblemCode code);

/* Seconds for Retry-After; 0: no such header. */
extern int problem_retry_after(ProblemCode code);

/* Writes the body.  detail: a sentence, or NULL for the usual one. */
extern void problem_write(ProblemCode code, const char *detail, Buffer *body);

#endif /* FRONTEND_PROBLEM_H */
