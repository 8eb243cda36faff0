/*
 * server.h
 *	  A listener: libmicrohttpd with our limits, the judging of requests, and
 *	  their way to the queue and back.
 *
 * Protocol of a request: libmicrohttpd calls us when the first line is in, when
 * the headers are in, for each piece of the body, and when all is in.  Then the
 * request is answered on the spot, or suspended and queued; whoever answers it
 * resumes it, and libmicrohttpd calls once more to have the answer sent.  Last,
 * it tells us that the request is over.
 *
 * A request that has to be refused is answered when its body has been read and
 * discarded, which keeps the connection usable; but at once, with the end of the
 * connection, when the body is announced as too large, when its end cannot be
 * told, or when the client waits for "100 Continue".
 */
#ifndef FRONTEND_SERVER_H
#define FRONTEND_SERVER_H

#include "frontend/frontend.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Server Server;

/*
 * Starts serving the routes of a service on an open socket, which is the server's
 * from here on.  NULL, after an error line, when that fails.
 */
extern Server *server_start(Frontend *frontend, int listener, Service service);

/* Accepts no more connections; those that are open go on. */
extern void server_quiesce(Server *server);

/* Ends all connections and frees.  No request may be suspended. */
extern void server_stop(Server *server);

/* Ends the connections that are late. */
extern void server_sweep(Server *server, int64_t now_ms);

#endif /* FRONTEND_SERVER_H */
