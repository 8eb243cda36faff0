/*
 * judge.c
 *	  Judges a request by its headers; see judge.h.
 */
#include "frontend/judge.h"

#include "frontend/admit.h"

#include "frontend/query.h"
#include "frontend/upload.h"

#include <string.h>

/*
 * Notes a refusal, unless there is one already.
 */
static void
refuse(Request *request, ProblemCode code, const char *detail)
{
	if (request->refusal != PROBLEM_NONE)
		return;
	request->refusal = code;
	request->refusal_detail = detail;
}

/*
 * Finds out how the body is framed.  False when that is not clear beyond doubt:
 * two who read such a request differently can be played off against each other.
 */
static bool
read_framing(Request *request)
{
	const Headers *headers = &request->headers;

	if (headers->transfer_encoding != NULL)
	{
		request->has_body = true;
		return headers->content_lengths == 0 && headers->transfer_encodings == 1 &&
		       !request->is_http_1_0 &&
		       header_is_token(headers->transfer_encoding, "chunked");
	}
	if (headers->content_length == NULL)
		return true;
	if (headers->content_lengths > 1 ||
	    !content_length_parse(headers->content_length, &request->announced))
		return false;
	request->has_body = request->announced > 0;
	return true;
}

/*
 * What is wrong with the headers so that nothing they say can be trusted; NULL when
 * they are good.
 */
static const char *
find_fault(Request *request)
{
	const Headers *headers = &request->headers;

	if (headers->malformed)
		return "A header has a name or a value that HTTP does not allow.";
	if (headers->hosts != 1 && !(headers->hosts == 0 && request->is_http_1_0))
		return "There must be one header Host.";
	if (!read_framing(request))
		return "The length of the body is not clear: use either one Content-Length or "
			   "Transfer-Encoding: chunked.";
	return NULL;
}

/*
 * Finds the route, or notes what is wrong.
 */
static void
find_route(Request *request, Service service)
{
	RouteMatch *match = &request->match;

	route_find(service, request->method, request->path, match);
	if (match->route != NULL)
		return;
	if (!method_is_known(request->method))
		refuse(request, PROBLEM_NOT_IMPLEMENTED, NULL);
	else if (strcmp(request->method, "OPTIONS") == 0 &&
	         (match->path_matched || strcmp(request->path, "*") == 0))
		return;
	else if (match->path_matched)
		refuse(request, PROBLEM_METHOD_NOT_ALLOWED, NULL);
	else
		refuse(request, PROBLEM_NOT_FOUND, NULL);
}

/*
 * Judges the coding and type of a body that a function will get.
 */
static void
check_content_type(Request *request)
{
	const Route *route = request_route(request);
	const char *coding = request->headers.content_encoding;

	if (route == NULL || !request->has_body || strcmp(route->method, "POST") != 0)
		return;
	if (coding != NULL && !header_is_token(coding, "identity"))
		refuse(request, PROBLEM_UNSUPPORTED_CODING, NULL);
	if (route->kind == ROUTE_BATCH &&
	    content_type_is(request->headers.content_type, NDJSON_CONTENT_TYPE))
		return;
	if (!content_type_is(request->headers.content_type, JSON_CONTENT_TYPE))
		refuse(request, PROBLEM_UNSUPPORTED_MEDIA_TYPE, NULL);
}

/*
 * Refuses parameters where receipts are submitted: there are none, and a receipt
 * stored by who meant a dry run cannot be taken back.
 */
static void
check_query(Request *request)
{
	const Route *route = request_route(request);
	const char *problem;

	if (route == NULL || request->query == NULL || *request->query == '\0' ||
	    (route->kind != ROUTE_SUBMIT && route->kind != ROUTE_BATCH))
		return;
	buffer_text(&request->parameters,
	            "There are no query parameters here, but given is ");
	problem = parameters_to_json(&request->match, request->query, &request->parameters);
	refuse(request, PROBLEM_BAD_REQUEST, problem ? problem : request->parameters.data);
}

/*
 * Judges; see judge.h.
 */
Verdict
judge_request(Request *request, Service service)
{
	const char *fault = find_fault(request);

	find_route(request, service);
	if (fault != NULL)
	{
		request->refusal = PROBLEM_BAD_REQUEST;
		request->refusal_detail = fault;
		return VERDICT_REFUSE_NOW;
	}
	check_content_type(request);
	check_query(request);
	if (request->refusal == PROBLEM_NONE)
		refuse(request, admit_request(request), NULL);
	if (request->announced > request_body_limit(request))
	{
		refuse(request, PROBLEM_BODY_TOO_LARGE, NULL);
		return VERDICT_REFUSE_NOW;
	}
	if (request->refusal != PROBLEM_NONE && request->has_body &&
	    request->headers.expect != NULL &&
	    header_is_token(request->headers.expect, "100-continue"))
		return VERDICT_REFUSE_NOW;
	return VERDICT_READ;
}
