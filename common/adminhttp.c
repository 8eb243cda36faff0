/*
 * adminhttp.c
 *	  The small listener; see adminhttp.h.
 *
 * One thread of libmicrohttpd serves it.  A handler that blocks holds up only
 * the other readers of this listener, so handlers bound their own waiting.
 */
#include "common/adminhttp.h"

#include "common/log.h"
#include "common/metrics.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The limits: a scraper and a prober need a handful of connections, and nothing
 * here takes a body.
 */
#define ADMIN_CONNECTION_LIMIT 64
#define ADMIN_IDLE_TIMEOUT_S 10
#define ADMIN_CONNECTION_MEMORY (16 * 1024)

struct AdminHttp
{
	struct MHD_Daemon *daemon;
	AdminHandlers handlers;
	char name[LISTEN_NAME_SIZE];
};

/*
 * Queues a reply whose body libmicrohttpd frees, or copies when it is constant.
 */
static enum MHD_Result
reply(struct MHD_Connection *connection, unsigned int status, const char *type,
      char *body, size_t length, enum MHD_ResponseMemoryMode mode)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	response = MHD_create_response_from_buffer(length, body, mode);
	if (response == NULL)
	{
		if (mode == MHD_RESPMEM_MUST_FREE)
			free(body);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/*
 * Replies with a line of text.
 */
static enum MHD_Result
reply_text(struct MHD_Connection *connection, unsigned int status, const char *text)
{
	return reply(connection, status, "text/plain; charset=utf-8", (char *) text,
	             strlen(text), MHD_RESPMEM_MUST_COPY);
}

/*
 * /readyz: what the program says.
 */
static enum MHD_Result
reply_ready(AdminHttp *admin, struct MHD_Connection *connection)
{
	char reason[256] = "";
	char text[300];

	if (admin->handlers.ready(reason, sizeof(reason), admin->handlers.arg))
		return reply_text(connection, MHD_HTTP_OK, "ready\n");
	snprintf(text, sizeof(text), "not ready: %s\n", reason);
	return reply_text(connection, MHD_HTTP_SERVICE_UNAVAILABLE, text);
}

/*
 * /metrics: the registry, then what the program adds.
 */
static enum MHD_Result
reply_metrics(AdminHttp *admin, struct MHD_Connection *connection)
{
	char *body = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&body, &length);

	if (out == NULL)
		return MHD_NO;
	metrics_write(out);
	if (admin->handlers.more_metrics != NULL)
		admin->handlers.more_metrics(out, admin->handlers.arg);
	if (fclose(out) != 0)
	{
		free(body);
		return MHD_NO;
	}
	return reply(connection, MHD_HTTP_OK, METRICS_CONTENT_TYPE, body, length,
	             MHD_RESPMEM_MUST_FREE);
}

/*
 * The access handler.  libmicrohttpd calls it first when the headers are in and
 * again when the body is; answering on the first call ends the connection of a
 * client that sends a body nobody wants.
 */
static enum MHD_Result
handle(void *arg, struct MHD_Connection *connection, const char *url,
       const char *method, const char *version, const char *upload, size_t *upload_size,
       void **state)
{
	AdminHttp *admin = arg;

	(void) version;
	(void) upload;
	(void) upload_size;
	(void) state;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return reply_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
		                  "method not allowed\n");
	if (strcmp(url, "/livez") == 0)
		return reply_text(connection, MHD_HTTP_OK, "alive\n");
	if (strcmp(url, "/readyz") == 0)
		return reply_ready(admin, connection);
	if (strcmp(url, "/metrics") == 0)
		return reply_metrics(admin, connection);
	return reply_text(connection, MHD_HTTP_NOT_FOUND, "not found\n");
}

/*
 * Starts libmicrohttpd on an open socket, which it closes when it stops.
 */
static struct MHD_Daemon *
start_daemon(AdminHttp *admin, int listener)
{
	return MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, handle, admin,
		MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned int) ADMIN_CONNECTION_LIMIT, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned int) ADMIN_IDLE_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t) ADMIN_CONNECTION_MEMORY, MHD_OPTION_END);
}

/*
 * Opens the address and starts serving it.
 */
AdminHttp *
adminhttp_start(const char *address, const AdminHandlers *handlers)
{
	AdminHttp *admin;
	int listener = listen_open(address);

	if (listener < 0)
		return NULL;
	admin = calloc(1, sizeof(AdminHttp));
	if (admin != NULL)
	{
		admin->handlers = *handlers;
		listen_name(listener, admin->name, sizeof(admin->name));
		admin->daemon = start_daemon(admin, listener);
		if (admin->daemon != NULL)
			return admin;
	}
	log_error("could not start the listener on \"%s\"", address);
	close(listener);
	free(admin);
	return NULL;
}

/*
 * Stops serving, after the requests in flight.
 */
void
adminhttp_stop(AdminHttp *admin)
{
	if (admin == NULL)
		return;
	MHD_stop_daemon(admin->daemon);
	free(admin);
}

/*
 * The name for log lines.
 */
const char *
adminhttp_name(const AdminHttp *admin)
{
	return admin->name;
}
