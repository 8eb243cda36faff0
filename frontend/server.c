/*
 * server.c
 *	  A listener; see server.h.
 */
#include "frontend/server.h"

#include "common/clock.h"
#include "common/log.h"
#include "frontend/admit.h"
#include "frontend/judge.h"
#include "frontend/query.h"
#include "frontend/recall.h"
#include "frontend/reply.h"
#include "frontend/request.h"
#include "frontend/scrape.h"
#include "frontend/stats.h"
#include "frontend/tls.h"
#include "frontend/upload.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct Server
{
	Frontend *frontend;
	Service service; /* whose routes it serves */
	ClientTable *clients;
	struct MHD_Daemon *daemon;
	int listener;
};

/*
 * Gives the record of a connection, which on_connection() put there.
 */
static Client *
client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/*
 * Opens the record of a new connection; NULL when there is no memory, upon which
 * its requests will be refused.
 */
static Client *
open_client(Server *server, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *fd =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *address =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	if (fd == NULL)
		return NULL;
	return client_open(server->clients, fd->connect_fd,
	                   address ? address->client_addr : NULL);
}

/*
 * libmicrohttpd: a connection was accepted, or is about to be closed.
 */
static void
on_connection(void *arg, struct MHD_Connection *connection, void **context,
              enum MHD_ConnectionNotificationCode code)
{
	Server *server = arg;

	if (code == MHD_CONNECTION_NOTIFY_STARTED)
	{
		atomic_fetch_add(&server->frontend->connected, 1);
		*context = open_client(server, connection);
		return;
	}
	atomic_fetch_sub(&server->frontend->connected, 1);
	if (*context != NULL)
		client_close(*context);
	*context = NULL;
}

/*
 * libmicrohttpd: the first line of a request is in.  What we return is the state
 * of the request in all further calls.
 */
static void *
on_request_line(void *arg, const char *uri, struct MHD_Connection *connection)
{
	Server *server = arg;
	Client *client = client_of(connection);
	Request *request = NULL;

	if (client != NULL)
		request = request_new(server->frontend, connection, client, uri);
	if (request == NULL)
		return NULL;
	client_set_request(client, request->id);
	client_phase(client, CLIENT_RECEIVING);
	atomic_fetch_add(&server->frontend->active, 1);
	return request;
}

/*
 * Says in the access log how a request ended that did not end well.
 */
static const char *
describe_end(enum MHD_RequestTerminationCode code)
{
	switch (code)
	{
		case MHD_REQUEST_TERMINATED_COMPLETED_OK:
			return "";
		case MHD_REQUEST_TERMINATED_TIMEOUT_REACHED:
			return "timeout";
		case MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN:
			return "shutdown";
		case MHD_REQUEST_TERMINATED_READ_ERROR:
		case MHD_REQUEST_TERMINATED_CLIENT_ABORT:
			return "client_gone";
		case MHD_REQUEST_TERMINATED_WITH_ERROR:
			break;
	}
	return "error";
}

/*
 * libmicrohttpd: a request is over, one way or another.
 */
static void
on_completed(void *arg, struct MHD_Connection *connection, void **state,
             enum MHD_RequestTerminationCode code)
{
	Server *server = arg;
	Request *request = *state;
	ProblemCode refused;

	(void) connection;
	*state = NULL;
	if (request == NULL)
		return;
	refused = client_refused(request->client);
	if (!request->answered && refused != PROBLEM_NONE)
		request->status = problem_status(refused);
	admit_finish(request);
	stats_request(request, describe_end(code));
	client_phase(request->client, CLIENT_WAITING);
	request_free(request);
	atomic_fetch_sub(&server->frontend->active, 1);
}

/*
 * Sends the answer.  Without one (no memory) the connection is closed.
 */
static enum MHD_Result
send_answer(Request *request)
{
	if (request->response == NULL)
		return MHD_NO;
	client_phase(request->client, CLIENT_SENDING);
	return MHD_queue_response(request->connection, request->status, request->response);
}

/*
 * Answers /livez: that this runs is all there is to say.
 */
static void
answer_live(Request *request)
{
	static const char text[] = "{\"status\":\"alive\"}";
	const Content content = {JSON_CONTENT_TYPE, text, sizeof(text) - 1, NULL, NULL};

	reply_content(request, MHD_HTTP_OK, &content);
}

/*
 * Answers /readyz: whether a receipt or a question sent now could be answered.
 */
static void
answer_ready(Request *request)
{
	static const char text[] = "{\"status\":\"ready\"}";
	const Content content = {JSON_CONTENT_TYPE, text, sizeof(text) - 1, NULL, NULL};
	Frontend *frontend = request->frontend;

	if (atomic_load(&frontend->draining))
		reply_problem(request, PROBLEM_UNAVAILABLE, "The service is shutting down.");
	else if (atomic_load(&frontend->database.live) == 0)
		reply_problem(request, PROBLEM_UNAVAILABLE,
		              "There is no connection to the database.");
	else
		reply_content(request, MHD_HTTP_OK, &content);
}

/*
 * Answers with a file.
 */
static void
answer_static(Request *request)
{
	const Asset *asset = asset_find(request->frontend->options.service, request->path);

	if (asset == NULL)
		reply_problem(request, PROBLEM_NOT_FOUND, NULL);
	else
		reply_asset(request, asset);
}

/*
 * Suspends a request and queues it.  In this order: a worker may resume it before
 * queue_push() returns.
 */
static void
queue_request(Request *request, int64_t allowed_ms)
{
	Frontend *frontend = request->frontend;
	bool submits = request_route(request)->kind == ROUTE_SUBMIT;

	request->job.kind = submits ? JOB_SUBMIT : JOB_CALL;
	request->job.bytes = request->body.used; /* of a batch: 0, it goes alone */
	request->job.deadline_ms = clock_ms() + allowed_ms;
	client_phase(request->client, CLIENT_WORKING);
	MHD_suspend_connection(request->connection);
	if (queue_push(frontend->queue, &request->job))
		return;
	reply_problem(request, PROBLEM_OVERLOADED, NULL);
	request_resume(request);
}

/*
 * Answers a request for the database that cannot go there, or need not.  Returns
 * whether it did.
 */
static bool
answer_without_work(Request *request)
{
	Frontend *frontend = request->frontend;
	bool away = database_is_away(&frontend->database, frontend->options.db_grace_ms);
	bool scrapes = request_route(request)->kind == ROUTE_METRICS;
	const char *problem;

	problem = parameters_to_json(&request->match, request->query, &request->parameters);
	if (problem != NULL)
		reply_problem(request, PROBLEM_BAD_REQUEST, problem);
	else if (request->parameters.failed)
		reply_problem(request, PROBLEM_INTERNAL, NULL);
	else if (away && scrapes)
		scrape_reply(request, NULL);
	else if (away)
		reply_problem(request, PROBLEM_UNAVAILABLE, NULL);
	return request->answered || recall_answer(request);
}

/*
 * Starts the work on a request for the database, or answers it.
 */
static bool
start_work(Request *request)
{
	bool scrapes = request_route(request)->kind == ROUTE_METRICS;

	if (answer_without_work(request))
		return true;
	queue_request(request,
	              scrapes
	                  ? SCRAPE_MS
	                  : (int64_t) request->frontend->options.request_timeout_s * 1000);
	return false;
}

/*
 * Sends the chunk of a batch to the database, or answers.
 */
static void
submit_chunk(Request *request)
{
	Frontend *frontend = request->frontend;

	if (database_is_away(&frontend->database, frontend->options.db_grace_ms))
		reply_problem(request, PROBLEM_UNAVAILABLE, NULL);
	else
		queue_request(request, (int64_t) frontend->options.request_timeout_s * 1000);
}

/*
 * All of a batch is in.  As dispatch().
 */
static bool
end_upload(Request *request)
{
	switch (upload_end(request))
	{
		case UPLOAD_SUBMIT:
			if (answer_without_work(request))
				return true;
			queue_request(
				request, (int64_t) request->frontend->options.request_timeout_s * 1000);
			return false;
		case UPLOAD_REFUSED:
			reply_problem(request, request->refusal, NULL);
			return true;
		case UPLOAD_MORE:
			break;
	}
	return request->answered;
}

/*
 * All of a request is in: answers it or starts the work on it.  Returns whether
 * there is an answer; a request that was queued must not be touched any more.
 */
static bool
dispatch(Request *request)
{
	const Route *route = request_route(request);

	if (request->refusal != PROBLEM_NONE)
		reply_problem(request, request->refusal, request->refusal_detail);
	else if (route == NULL)
		reply_options(request, *request->match.allow
		                           ? request->match.allow
		                           : "GET, HEAD, POST, DELETE, OPTIONS");
	else if (route->kind == ROUTE_LIVE)
		answer_live(request);
	else if (route->kind == ROUTE_READY)
		answer_ready(request);
	else if (route->kind == ROUTE_STATIC)
		answer_static(request);
	else if (route->kind == ROUTE_BATCH)
		return end_upload(request);
	else
		return start_work(request);
	return true;
}

/*
 * Whether the target was cut short by a NUL byte.  libmicrohttpd gives it as a C
 * string and cannot say, but the version that follows it in the request line
 * stands in the same memory: then there must be just one byte between the two.
 */
static bool
has_hidden_nul(const Request *request, const char *version)
{
	uintptr_t end = request->target_end;
	uintptr_t next = (uintptr_t) version;

	return next > end + 1 &&
	       next - end < (uintptr_t) request->frontend->options.memory_limit;
}

/*
 * Whether a target has a character that ends it for other readers.
 */
static bool
has_control(const char *target)
{
	for (; *target != '\0'; target++)
	{
		if ((unsigned char) *target <= 0x20 || *target == 0x7F)
			return true;
	}
	return false;
}

/*
 * The headers of a request are in.
 */
static enum MHD_Result
begin(Server *server, Request *request, const char *method, const char *version)
{
	request->begun = true;
	request_read_headers(request, method, version);
	client_set_request(request->client, request->id);
	if (has_hidden_nul(request, version) || has_control(request->target))
	{
		request->refusal = PROBLEM_BAD_REQUEST;
		request->refusal_detail =
			"The request line has a blank or a control character.";
	}
	if (judge_request(request, server->service) == VERDICT_READ)
		return MHD_YES;
	client_linger(request->client);
	reply_problem(request, request->refusal, request->refusal_detail);
	return send_answer(request);
}

/*
 * Whether anybody wants the body; that of a GET or DELETE is read and dropped.
 */
static bool
takes_body(const Request *request)
{
	const Route *route = request_route(request);

	return route != NULL && strcmp(route->method, "POST") == 0;
}

/*
 * A piece of a batch is in.  What is left of it while a chunk is with a worker
 * will be given again.
 */
static void
take_upload(Request *request, const char *bytes, size_t *length)
{
	size_t used;
	UploadStep step = upload_take(request, bytes, *length, &used);

	if (step == UPLOAD_REFUSED)
		used = *length;
	request->received += used;
	*length -= used;
	if (step == UPLOAD_SUBMIT)
		submit_chunk(request);
}

/*
 * Whether the body is a batch that is still of use.
 */
static bool
is_upload(const Request *request)
{
	const Route *route = request_route(request);

	return route != NULL && route->kind == ROUTE_BATCH && !request->answered &&
	       request->refusal == PROBLEM_NONE;
}

/*
 * A piece of the body is in.  A body that cannot be kept is still read, so that
 * the answer finds a client that listens, but never beyond the limit.
 */
static enum MHD_Result
take_body(Request *request, const char *bytes, size_t *size)
{
	Frontend *frontend = request->frontend;
	size_t limit = request_body_limit(request);
	size_t length = *size;
	BodyResult result;

	if (length > limit - request->received)
	{
		client_refuse(request->client, request->refusal != PROBLEM_NONE
		                                   ? request->refusal
		                                   : PROBLEM_BODY_TOO_LARGE);
		return MHD_NO;
	}
	if (is_upload(request))
	{
		take_upload(request, bytes, size);
		return MHD_YES;
	}
	request->received += length;
	*size = 0;
	if (request->answered || request->refusal != PROBLEM_NONE || !takes_body(request))
		return MHD_YES;
	result = body_append(&request->body, &frontend->budget, bytes, length,
	                     request->announced, limit);
	if (result != BODY_TAKEN)
	{
		request->refusal =
			result == BODY_TOO_LARGE ? PROBLEM_BODY_TOO_LARGE : PROBLEM_OVERLOADED;
		body_free(&request->body, &frontend->budget);
	}
	return MHD_YES;
}

/*
 * libmicrohttpd: something of a request is in, or it was resumed.
 */
static enum MHD_Result
on_access(void *arg, struct MHD_Connection *connection, const char *url,
          const char *method, const char *version, const char *upload,
          size_t *upload_size, void **state)
{
	Request *request = *state;

	(void) connection;
	(void) url;
	if (request == NULL)
		return MHD_NO;
	if (!request->begun)
		return begin(arg, request, method, version);
	if (*upload_size > 0)
		return take_body(request, upload, upload_size);
	if (request->answered)
		return send_answer(request);
	return dispatch(request) ? send_answer(request) : MHD_YES;
}

/*
 * libmicrohttpd's own messages are about single connections: for debugging.
 */
static void
on_log(void *arg, const char *format, va_list arguments)
{
	char message[512];
	int length;

	(void) arg;
	if (!log_enabled(LOG_DEBUG))
		return;
	length = vsnprintf(message, sizeof(message), format, arguments);
	while (length > 0 && length < (int) sizeof(message) && message[length - 1] == '\n')
		message[--length] = '\0';
	log_debug("libmicrohttpd: %s", message);
}

/*
 * Whether a listener speaks TLS: that of the API, if there is a certificate.
 */
static bool
uses_tls(const Server *server)
{
	return server->service != SERVICE_ADMIN &&
	       server->frontend->options.tls_certificate != NULL;
}

/*
 * Starts libmicrohttpd with every limit that it has.
 */
static struct MHD_Daemon *
start_daemon(Server *server)
{
	const Options *options = &server->frontend->options;
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *) (uintptr_t) tls_retrieve},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, TLS_PRIORITIES},
		{MHD_OPTION_END, 0, NULL},
	};
	struct MHD_OptionItem *more = tls;

	if (!uses_tls(server))
		more += 2;
	return MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
			MHD_USE_ERROR_LOG | (uses_tls(server) ? MHD_USE_TLS : 0),
		0, NULL, NULL, on_access, server, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
		MHD_OPTION_LISTEN_SOCKET, server->listener, MHD_OPTION_URI_LOG_CALLBACK,
		on_request_line, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned int) options->connection_limit,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned int) options->per_address_limit,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int) options->idle_timeout_s,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) options->memory_limit,
		MHD_OPTION_THREAD_STACK_SIZE, (size_t) options->thread_stack,
		MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
}

/*
 * Starts serving.
 */
Server *
server_start(Frontend *frontend, int listener, Service service)
{
	const Options *options = &frontend->options;
	Server *server = calloc(1, sizeof(Server));

	if (server != NULL)
	{
		server->frontend = frontend;
		server->service = service;
		server->listener = listener;
		server->clients = clients_new((int64_t) options->idle_timeout_s * 1000,
		                              (int64_t) options->request_timeout_s * 1000,
		                              uses_tls(server), frontend->linger);
		if (server->clients != NULL)
			server->daemon = start_daemon(server);
		if (server->daemon != NULL)
			return server;
		clients_free(server->clients);
	}
	log_error("could not start the HTTP server");
	free(server);
	close(listener);
	return NULL;
}

/*
 * Takes the socket back from libmicrohttpd and closes it.
 */
void
server_quiesce(Server *server)
{
	int listener = MHD_quiesce_daemon(server->daemon);

	if (listener >= 0)
		close(listener);
}

/*
 * Stops libmicrohttpd, which closes the connections and calls on_completed() for
 * what was going on.
 */
void
server_stop(Server *server)
{
	if (server == NULL)
		return;
	MHD_stop_daemon(server->daemon);
	clients_free(server->clients);
	free(server);
}

/*
 * Ends the connections that are late.
 */
void
server_sweep(Server *server, int64_t now_ms)
{
	clients_sweep(server->clients, now_ms);
}
