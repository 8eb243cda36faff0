/*
 * problem.c
 *	  The errors of the front end; see problem.h.
 */
#include "frontend/problem.h"

#include <string.h>

typedef struct Problem
{
	unsigned int status;
	int retry_after_s;
	const char *name; /* stable: clients test for it */
	const char *title;
	const char *detail;
} Problem;

/* In the order of ProblemCode. */
static const Problem problems[] = {
	{200, 0, "", "", ""},
	{400, 0, "bad_request", "Bad request", "The request is malformed."},
	{400, 0, "malformed_batch", "The batch is not a JSON array",
     "The body must be a JSON array of receipts."},
	{404, 0, "not_found", "Not found", "There is nothing at this path."},
	{405, 0, "method_not_allowed", "Method not allowed",
     "This path does not take this method; the header Allow lists those it takes."},
	{408, 0, "request_timeout", "Request timeout",
     "The request did not arrive within the time allowed for it."},
	{413, 0, "body_too_large", "Body too large",
     "The body is larger than this service takes."},
	{413, 0, "batch_too_long", "Too many receipts",
     "A batch holds at most 100000 receipts; those are dealt with: see results."},
	{415, 0, "unsupported_media_type", "Unsupported media type",
     "The body must be application/json in UTF-8; for a batch, "
     "application/x-ndjson will do as well."},
	{415, 0, "unsupported_content_encoding", "Unsupported content encoding",
     "The body must be sent as it is, without a Content-Encoding such as gzip."},
	{429, 1, "rate_limited", "Rate limit reached",
     "This token may do no more for now; Retry-After says when to come again."},
	{429, 1, "too_many_failures", "Too many failed attempts",
     "Too many requests from this address had no valid token; Retry-After says when "
     "to come again."},
	{500, 0, "internal", "Internal error",
     "The request could not be handled; the log of the service says why under the "
     "id in X-Request-Id."},
	{501, 0, "not_implemented", "Not implemented",
     "This service does not know this method."},
	{503, 1, "overloaded", "Overloaded",
     "More requests are waiting than this service can hold; try again."},
	{503, 2, "unavailable", "Unavailable",
     "The database cannot be reached or did not answer in time; try again."},
};

/*
 * Looks up the status.
 */
unsigned int
problem_status(ProblemCode code)
{
	return problems[code].status;
}

/*
 * Looks up Retry-After.
 */
int
problem_retry_after(ProblemCode code)
{
	return problems[code].retry_after_s;
}

/*
 * Appends one more member with a text value.
 */
static void
write_member(Buffer *body, const char *name, const char *value)
{
	buffer_text(body, ",\"");
	buffer_text(body, name);
	buffer_text(body, "\":");
	buffer_json(body, value, strlen(value));
}

/*
 * Writes the body.
 */
void
problem_write(ProblemCode code, const char *detail, Buffer *body)
{
	const Problem *problem = &problems[code];

	buffer_text(body, "{\"type\":\"urn:pg-receipts:problem:");
	buffer_text(body, problem->name);
	buffer_text(body, "\"");
	write_member(body, "title", problem->title);
	buffer_text(body, ",\"status\":");
	buffer_int(body, problem->status);
	write_member(body, "detail", detail ? detail : problem->detail);
	buffer_text(body, "}");
}
