/*
 * reply.c
 *	  Builds replies; see reply.h.
 */
#include "frontend/reply.h"

#include "common/log.h"
#include "frontend/admit.h"
#include "frontend/cors.h"
#include "frontend/etag.h"
#include "frontend/preference.h"

#include <json-c/json.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct SharedResult
{
	_Atomic int holders;
	PGresult *result;
};

/*
 * How a reply may be kept by its receiver, and in which form it is.
 */
typedef struct Keeping
{
	const char *cache; /* Cache-Control */
	const char *vary;  /* the headers that it depends on; NULL: none */
	const char *etag;  /* NULL: none */
	bool packed;       /* by gzip */
} Keeping;

static const Keeping not_kept = {"no-store", NULL, NULL, false};

/*
 * Starts with one holder, the caller.
 */
SharedResult *
shared_result_new(PGresult *result)
{
	SharedResult *shared = malloc(sizeof(SharedResult));

	if (shared == NULL)
	{
		PQclear(result);
		return NULL;
	}
	atomic_init(&shared->holders, 1);
	shared->result = result;
	return shared;
}

/*
 * Adds a holder.
 */
void
shared_result_hold(SharedResult *shared)
{
	atomic_fetch_add(&shared->holders, 1);
}

/*
 * Takes one away.
 */
void
shared_result_release(void *arg)
{
	SharedResult *shared = arg;

	if (atomic_fetch_sub(&shared->holders, 1) > 1)
		return;
	PQclear(shared->result);
	free(shared);
}

/*
 * Makes libmicrohttpd's response of a body; lets go of the body when that fails.
 */
static struct MHD_Response *
make_response(const Content *content)
{
	struct MHD_Response *response;

	if (content->release == NULL)
		return MHD_create_response_from_buffer(content->length, (void *) content->data,
		                                       MHD_RESPMEM_PERSISTENT);
	response = MHD_create_response_from_buffer_with_free_callback_cls(
		content->length, (void *) content->data, content->release,
		content->release_arg);
	if (response == NULL)
		content->release(content->release_arg);
	return response;
}

/*
 * Adds a header.  libmicrohttpd refuses what would break the reply in two.
 */
static void
add_header(struct MHD_Response *response, const char *name, const char *value)
{
	if (MHD_add_response_header(response, name, value) != MHD_YES)
		log_warning("could not add the response header \"%s\"", name);
}

/*
 * Adds what every reply has.
 */
static void
add_common_headers(const Request *request, struct MHD_Response *response,
                   const Keeping *keeping)
{
	add_header(response, "X-Request-Id", request->id);
	add_header(response, "X-Content-Type-Options", "nosniff");
	add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, keeping->cache);
	if (keeping->vary != NULL)
		add_header(response, MHD_HTTP_HEADER_VARY, keeping->vary);
	if (keeping->etag != NULL)
		add_header(response, MHD_HTTP_HEADER_ETAG, keeping->etag);
	admit_add_headers(request, response);
	cors_add_headers(request, response);
	if (atomic_load(&request->frontend->draining))
		add_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

/*
 * Adds the headers that the database gave.
 */
static void
add_given_headers(struct MHD_Response *response, const char *text)
{
	struct json_object *headers = json_tokener_parse(text);

	if (!json_object_is_type(headers, json_type_object))
		log_error("the database gave headers that are no JSON object");
	else
	{
		json_object_object_foreach (headers, name, value)
		{
			if (json_object_is_type(value, json_type_string))
				add_header(response, name, json_object_get_string(value));
		}
	}
	json_object_put(headers);
}

/*
 * Makes the response the answer of the request.
 */
static void
settle(Request *request, unsigned int status, struct MHD_Response *response,
       size_t length)
{
	request->answered = true;
	request->status = status;
	request->response = response;
	request->answer_length = length;
	if (response == NULL)
		log_error("request %s: out of memory", request->id);
}

/*
 * Makes a reply the answer.
 */
static void
answer(Request *request, unsigned int status, const Content *content,
       const Keeping *keeping)
{
	struct MHD_Response *response = make_response(content);

	if (response != NULL)
	{
		if (content->type != NULL)
			add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content->type);
		if (keeping->packed && content->length > 0)
			add_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
		add_common_headers(request, response, keeping);
	}
	settle(request, status, response, content->length);
}

/*
 * Answers with what may be kept, or 304 when the client has kept just this.
 */
static void
answer_kept(Request *request, const Content *content, const Keeping *keeping)
{
	static const Content nothing = {NULL, "", 0, NULL, NULL};
	const char *has = request->headers.if_none_match;

	if (has == NULL || !etag_matches(has, keeping->etag))
	{
		answer(request, MHD_HTTP_OK, content, keeping);
		return;
	}
	if (content->release != NULL)
		content->release(content->release_arg);
	answer(request, MHD_HTTP_NOT_MODIFIED, &nothing, keeping);
}

/*
 * Answers with a body of ours.
 */
void
reply_content(Request *request, unsigned int status, const Content *content)
{
	answer(request, status, content, &not_kept);
}

/*
 * Adds the language, and that another client may get another one.
 */
void
reply_add_language(Request *request)
{
	const char *language = request_language(request);

	if (request->response == NULL)
		return;
	add_header(request->response, MHD_HTTP_HEADER_CONTENT_LANGUAGE,
	           language ? language : "en");
	add_header(request->response, MHD_HTTP_HEADER_VARY,
	           MHD_HTTP_HEADER_ACCEPT_LANGUAGE);
}

/*
 * Adds the headers that only errors have.
 */
static void
add_problem_headers(const Request *request, ProblemCode code)
{
	int waits_s = admit_retry_after(request);
	int retry_after_s = waits_s > 0 ? waits_s : problem_retry_after(code);
	char seconds[16];

	snprintf(seconds, sizeof(seconds), "%d", retry_after_s);
	if (retry_after_s > 0)
		add_header(request->response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	if (code == PROBLEM_METHOD_NOT_ALLOWED)
		add_header(request->response, MHD_HTTP_HEADER_ALLOW, request->match.allow);
	if (code == PROBLEM_UNSUPPORTED_CODING)
		add_header(request->response, MHD_HTTP_HEADER_ACCEPT_ENCODING, "identity");
}

/*
 * Answers with an error.
 */
void
reply_problem(Request *request, ProblemCode code, const char *detail)
{
	Buffer body = {0};
	Content content = {PROBLEM_CONTENT_TYPE, "", 0, NULL, NULL};

	problem_write(code, detail, &body);
	if (body.failed)
		buffer_free(&body);
	else
	{
		content.data = body.data;
		content.length = body.used;
		content.release = free;
		content.release_arg = body.data;
	}
	reply_content(request, problem_status(code), &content);
	if (request->response != NULL)
		add_problem_headers(request, code);
}

/*
 * Answers OPTIONS.
 */
void
reply_options(Request *request, const char *allow)
{
	const Content content = {NULL, "", 0, NULL, NULL};

	reply_content(request, MHD_HTTP_NO_CONTENT, &content);
	if (request->response == NULL)
		return;
	add_header(request->response, MHD_HTTP_HEADER_ALLOW, allow);
	cors_add_preflight(request, request->response, allow);
}

/*
 * Whether an answer is a document: a good one to a GET, or to the HEAD for it.
 */
static bool
is_document(const Request *request, unsigned int status)
{
	return status == MHD_HTTP_OK && strcmp(request_route(request)->method, "GET") == 0;
}

/*
 * Answers with a document.  It is for the holder of a token, so only its client
 * may keep it, to ask again with its tag.
 */
void
reply_document(Request *request, Document *document)
{
	const Content content = {JSON_CONTENT_TYPE, document->data, document->length,
	                         document_release, document};
	const Keeping keeping = {"private, no-cache", "Accept-Encoding, Authorization",
	                         document->etag, document->packed};

	document_hold(document);
	answer_kept(request, &content, &keeping);
}

/*
 * Answers with the body of a row as a document.
 */
static void
reply_row_document(Request *request, const char *body, size_t length)
{
	Document *document =
		document_new(body, length, accepts_gzip(request->headers.accept_encoding));

	if (document == NULL)
	{
		reply_problem(request, PROBLEM_INTERNAL, NULL);
		return;
	}
	reply_document(request, document);
	document_release(document);
}

/*
 * Answers with a row; see reply.h.
 */
void
reply_row(Request *request, SharedResult *shared, int row, int column)
{
	const PGresult *result = shared->result;
	unsigned int status = (unsigned int) atoi(PQgetvalue(result, row, column));
	Content content = {status >= 400 ? PROBLEM_CONTENT_TYPE : JSON_CONTENT_TYPE,
	                   PQgetvalue(result, row, column + 1),
	                   (size_t) PQgetlength(result, row, column + 1),
	                   shared_result_release, shared};

	if (status < 200 || status > 599)
	{
		log_error("request %s: the database gave the status %u", request->id, status);
		reply_problem(request, PROBLEM_INTERNAL, NULL);
		return;
	}
	if (is_document(request, status))
		reply_row_document(request, content.data, content.length);
	else
	{
		if (content.length == 0)
			content.type = NULL;
		shared_result_hold(shared);
		answer(request, status, &content, &not_kept);
	}
	if (request->response != NULL && !PQgetisnull(result, row, column + 2))
		add_given_headers(request->response, PQgetvalue(result, row, column + 2));
}

/* A file is the same for everybody, and another one after an upgrade. */
#define ASSET_CACHE "public, no-cache"

/*
 * What the browser may do with a page: run and show what this service serves,
 * talk to it, and nothing else.
 */
#define PAGE_POLICY                                                                    \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "  \
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/*
 * Answers with a file; see reply.h.
 */
void
reply_asset(Request *request, const Asset *asset)
{
	bool packed =
		asset->gzip.data != NULL && accepts_gzip(request->headers.accept_encoding);
	const AssetBody *body = packed ? &asset->gzip : &asset->plain;
	const Content content = {asset->type, body->data, body->length, NULL, NULL};
	const Keeping keeping = {ASSET_CACHE, "Accept-Encoding", body->etag, packed};

	answer_kept(request, &content, &keeping);
	if (request->response == NULL)
		return;
	add_header(request->response, "Content-Security-Policy", PAGE_POLICY);
	add_header(request->response, "Referrer-Policy", "no-referrer");
}
