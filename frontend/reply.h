/*
 * reply.h
 *	  Builds the reply of a request: status, headers, body.  Any thread may, so
 *	  the work is done where the body is; sending is libmicrohttpd's.
 */
#ifndef FRONTEND_REPLY_H
#define FRONTEND_REPLY_H

#include "frontend/asset.h"
#include "frontend/document.h"
#include "frontend/problem.h"
#include "frontend/request.h"

#include <libpq-fe.h>
#include <microhttpd.h>
#include <stddef.h>

/*
 * A body, and how to let go of it.
 */
typedef struct Content
{
	const char *type;
	const char *data;
	size_t length;
	void (*release)(void *arg); /* NULL: the data outlives the request */
	void *release_arg;
} Content;

/*
 * A database result that the replies of several requests point into, without a
 * copy; the last one frees it.
 */
typedef struct SharedResult SharedResult;

/* Owns result from here; NULL, with the result cleared, when out of memory. */
extern SharedResult *shared_result_new(PGresult *result);
extern void shared_result_hold(SharedResult *shared);
extern void shared_result_release(void *shared);

/*
 * Answers with what the columns of a row hold: status, then body (text), then
 * headers (a JSON object of strings, or NULL).  Holds the result as long as it is
 * needed.
 */
extern void reply_row(Request *request, SharedResult *shared, int row, int column);

/* Answers with a body of ours. */
extern void reply_content(Request *request, unsigned int status,
                          const Content *content);

/* Adds to an answer of ours that it speaks of receipts in the client's language. */
extern void reply_add_language(Request *request);

/* Answers with an error; detail may be NULL. */
extern void reply_problem(Request *request, ProblemCode code, const char *detail);

/* Answers with a document, which it holds as long as needed; 304 when the client has it. */
extern void reply_document(Request *request, Document *document);

/* Answers with a file, in the form that the client accepts; 304 when it has it. */
extern void reply_asset(Request *request, const Asset *asset);

/* Answers 204 with Allow. */
extern void reply_options(Request *request, const char *allow);

#endif /* FRONTEND_REPLY_H */
