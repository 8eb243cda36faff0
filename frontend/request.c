/*
 * request.c
 *	  A request; see request.h.
 */
#include "frontend/request.h"

#include "common/clock.h"
#include "frontend/preference.h"
#include "frontend/upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * Steps over "http://host" of a target in absolute form, which clients of
 * proxies send and servers must take.
 */
static const char *
skip_authority(const char *uri)
{
	const char *host;

	if (strncasecmp(uri, "http://", 7) == 0)
		host = uri + 7;
	else if (strncasecmp(uri, "https://", 8) == 0)
		host = uri + 8;
	else
		return uri;
	host += strcspn(host, "/?");
	return *host == '/' ? host : "/";
}

/*
 * Keeps the target twice: as it came, and cut into path and query for decoding
 * in place.  One allocation.
 */
static bool
keep_target(Request *request, const char *uri)
{
	size_t length = strlen(uri);

	request->target = malloc(2 * (length + 1));
	if (request->target == NULL)
		return false;
	memcpy(request->target, uri, length + 1);
	request->path = request->target + length + 1;
	memcpy(request->path, uri, length + 1);
	request->query = strchr(request->path, '?');
	if (request->query != NULL)
		*request->query++ = '\0';
	return true;
}

/*
 * Makes a request when its first line is in.
 */
Request *
request_new(Frontend *frontend, struct MHD_Connection *connection, Client *client,
            const char *uri)
{
	Request *request = calloc(1, sizeof(Request));

	if (request == NULL)
		return NULL;
	if (!keep_target(request, uri ? skip_authority(uri) : ""))
	{
		free(request);
		return NULL;
	}
	request->target_end = uri ? (uintptr_t) (uri + strlen(uri)) : 0;
	request->frontend = frontend;
	request->connection = connection;
	request->client = client;
	request->started_us = clock_us();
	request_id_make(request->id);
	return request;
}

/*
 * Frees a request; its response, which libmicrohttpd may still hold, lives by its
 * own count.
 */
void
request_free(Request *request)
{
	if (request->response != NULL)
		MHD_destroy_response(request->response);
	upload_free(request);
	body_free(&request->body, &request->frontend->budget);
	buffer_free(&request->parameters);
	free(request->target);
	free(request);
}

/*
 * Finds out whom the request comes from: its peer, unless that is a proxy.
 */
static void
find_address(Request *request)
{
	const char *forwarded = request->headers.forwarded_for;
	const char *peer = client_peer(request->client);

	if (forwarded == NULL)
		memcpy(request->address, peer, ADDRESS_SIZE);
	else
		forwarded_address(&request->frontend->options.trusted, peer, forwarded,
		                  request->address);
}

/*
 * Reads the headers and what follows from them alone.
 */
void
request_read_headers(Request *request, const char *method, const char *version)
{
	Headers *headers = &request->headers;

	request->method = method;
	request->is_http_1_0 = strcmp(version, "HTTP/1.0") == 0;
	headers_read(headers, request->connection);
	if (headers->request_id != NULL && request_id_is_good(headers->request_id))
		snprintf(request->id, sizeof(request->id), "%s", headers->request_id);
	/* Of several, none can be believed. */
	trace_continue(headers->traceparents == 1 ? headers->traceparent : NULL,
	               request->traceparent);
	find_address(request);
	request->has_token = token_digest(headers->authorization, request->token);
}

/*
 * Hands a suspended request back to libmicrohttpd's thread.  From here on it may
 * be gone at any time.
 */
void
request_resume(Request *request)
{
	MHD_resume_connection(request->connection);
}

/*
 * English is what NULL stands for, so that most requests say nothing.
 */
const char *
request_language(const Request *request)
{
	return prefers_russian(request->headers.accept_language) ? LANGUAGE_RUSSIAN : NULL;
}

/*
 * A batch may be larger than one receipt.
 */
size_t
request_body_limit(const Request *request)
{
	const Route *route = request_route(request);
	const Options *options = &request->frontend->options;

	return (size_t) (route != NULL && route->kind == ROUTE_BATCH ? options->max_batch
	                                                             : options->max_body);
}

/*
 * Gives the route.
 */
const Route *
request_route(const Request *request)
{
	return request->match.route;
}

/*
 * A job is the first member of its request.
 */
Request *
request_of_job(Job *job)
{
	return (Request *) job;
}
