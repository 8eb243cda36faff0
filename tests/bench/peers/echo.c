/*
 * echo.c
 *	  The least that an HTTP server by libmicrohttpd can do: answers each request
 *	  with its own body, or, given a file, with the file's bytes from memory.
 *
 *	     echo PORT [FILE]
 *
 * A peer of the bench: what our front end adds to this is what it costs.  One
 * thread with epoll, as the front end has it.  Prints "ready" when it listens
 * and ends when its standard input does.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A request's body while it arrives. */
typedef struct Body
{
	char *data;
	size_t used;
	size_t size;
} Body;

/* What every request is answered with; NULL: its own body. */
static struct MHD_Response *fixed;

/*
 * Appends a piece; false when there is no memory.
 */
static bool
append(Body *body, const char *piece, size_t len)
{
	if (body->used + len > body->size)
	{
		size_t size = (body->used + len) * 2;
		char *data = realloc(body->data, size);

		if (data == NULL)
			return false;
		body->data = data;
		body->size = size;
	}
	memcpy(body->data + body->used, piece, len);
	body->used += len;
	return true;
}

/*
 * Answers with the body, which libmicrohttpd frees.
 */
static enum MHD_Result
answer(struct MHD_Connection *connection, Body *body)
{
	struct MHD_Response *response = fixed;
	enum MHD_Result result;

	if (fixed == NULL)
		response = MHD_create_response_from_buffer(body->used, body->data,
		                                           MHD_RESPMEM_MUST_FREE);
	if (response == NULL)
		return MHD_NO;
	if (fixed == NULL)
		body->data = NULL;
	result = MHD_queue_response(connection, MHD_HTTP_OK, response);
	if (fixed == NULL)
		MHD_destroy_response(response);
	return result;
}

/*
 * Takes a request piece by piece; libmicrohttpd calls it.
 */
static enum MHD_Result
on_access(void *arg, struct MHD_Connection *connection, const char *url,
          const char *method, const char *version, const char *data, size_t *size,
          void **state)
{
	(void) arg;
	(void) url;
	(void) method;
	(void) version;
	if (*state == NULL)
	{
		*state = calloc(1, sizeof(Body));
		return *state != NULL ? MHD_YES : MHD_NO;
	}
	if (*size > 0)
	{
		bool taken = append(*state, data, *size);

		*size = 0;
		return taken ? MHD_YES : MHD_NO;
	}
	return answer(connection, *state);
}

/*
 * Frees what a request had.
 */
static void
on_completed(void *arg, struct MHD_Connection *connection, void **state,
             enum MHD_RequestTerminationCode code)
{
	Body *body = *state;

	(void) arg;
	(void) connection;
	(void) code;
	if (body != NULL)
		free(body->data);
	free(body);
	*state = NULL;
}

/*
 * Reads a whole file into the fixed response.
 */
static bool
read_fixed(const char *path)
{
	FILE *file = fopen(path, "rb");
	Body body = {NULL, 0, 0};
	char piece[8192];
	size_t len;

	if (file == NULL)
		return false;
	while ((len = fread(piece, 1, sizeof(piece), file)) > 0)
		append(&body, piece, len);
	fclose(file);
	fixed =
		MHD_create_response_from_buffer(body.used, body.data, MHD_RESPMEM_PERSISTENT);
	if (fixed != NULL)
		MHD_add_response_header(fixed, "Content-Type", "application/json");
	return fixed != NULL;
}

/*
 * Serves until its standard input ends.
 */
int
main(int argc, char **argv)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct MHD_Daemon *daemon;
	char byte;

	if (argc < 2 || argc > 3 || (argc == 3 && !read_fixed(argv[2])))
	{
		fprintf(stderr, "usage: echo PORT [FILE]\n");
		return 2;
	}
	at.sin_port = htons((unsigned short) atoi(argv[1]));
	daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_access,
		NULL, MHD_OPTION_SOCK_ADDR, &at, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
		NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) 32768, MHD_OPTION_END);
	if (daemon == NULL)
	{
		fprintf(stderr, "echo: could not listen: %s\n", strerror(errno));
		return 1;
	}
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	MHD_stop_daemon(daemon);
	return 0;
}
