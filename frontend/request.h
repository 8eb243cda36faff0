/*
 * request.h
 *	  A request, from its first line to its last byte sent.
 */
#ifndef FRONTEND_REQUEST_H
#define FRONTEND_REQUEST_H

#include "common/buffer.h"
#include "frontend/body.h"
#include "frontend/client.h"
#include "frontend/frontend.h"
#include "frontend/header.h"
#include "frontend/headers.h"
#include "frontend/problem.h"
#include "frontend/route.h"
#include "frontend/token.h"
#include "frontend/trace.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Request
{
	Job job; /* must be first; see request_of_job() */
	Frontend *frontend;
	struct MHD_Connection *connection;
	Client *client;
	int64_t started_us;

	/* What was asked. */
	const char *method; /* libmicrohttpd's; NULL until the headers are in */
	char *target;       /* as received, for the log; owns the memory of the next two */
	char *path;
	char *query;          /* NULL: none */
	uintptr_t target_end; /* where the target ended in libmicrohttpd's memory */
	bool is_http_1_0;
	Headers headers;
	char id[REQUEST_ID_SIZE];           /* made, until the headers have one */
	char traceparent[TRACEPARENT_SIZE]; /* of our span; "": the client traces nothing */
	RouteMatch match;
	bool begun;       /* the headers were judged */
	bool has_body;    /* one was announced */
	size_t announced; /* Content-Length; 0: unknown */
	size_t received;  /* body bytes so far, also those that were discarded */
	Body body;
	struct Upload *upload; /* of ROUTE_BATCH, which keeps no body; see upload.h */

	/* Set when it must be refused, but only once its body has been read. */
	ProblemCode refusal;
	const char *refusal_detail;

	/* For the database. */
	bool has_token;
	unsigned char token[TOKEN_DIGEST_SIZE];
	char address[ADDRESS_SIZE];
	GateTicket ticket;
	Buffer parameters; /* JSON */

	/* For the answer cache; see recall.h. */
	bool keeps_answer;
	unsigned char answer_key[DIGEST_SIZE];
	uint64_t answer_epoch;
	int64_t asked_ms;

	/* The answer, once there is one. */
	bool answered;
	unsigned int status;
	size_t answer_length;
	struct MHD_Response *response; /* NULL, though answered: no memory for it */
} Request;

/* uri: the request target as received; NULL when there was none. */
extern Request *request_new(Frontend *frontend, struct MHD_Connection *connection,
                            Client *client, const char *uri);
extern void request_free(Request *request);

/* Takes over method and headers, and finds address, token and a given id. */
extern void request_read_headers(Request *request, const char *method,
                                 const char *version);

/* The language of what is said about receipts: "ru", or NULL for English. */
extern const char *request_language(const Request *request);

/* The most bytes that its body may have. */
extern size_t request_body_limit(const Request *request);

/* The route, or NULL. */
extern const Route *request_route(const Request *request);

/* Has the answer of a suspended request sent; it must not be touched after. */
extern void request_resume(Request *request);

extern Request *request_of_job(Job *job);

#endif /* FRONTEND_REQUEST_H */
