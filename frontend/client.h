/*
 * client.h
 *	  The open connections and the time each may take for what it does.
 *
 * libmicrohttpd bounds the time without any traffic, and nothing else: a client
 * that drips a byte now and then would hold its connection for good.  So each
 * connection has a deadline here, set anew with each phase, and a sweep shuts
 * down those that missed it.  Only the socket is shut down; libmicrohttpd sees
 * the end of the stream and does the rest in its own thread.  A record, and so
 * its descriptor, is valid until client_close(), which libmicrohttpd calls
 * before it closes the socket: a sweep never hits a descriptor that was reused.
 *
 * A sweep also ends connections whose client has left without libmicrohttpd
 * noticing.
 */
#ifndef FRONTEND_CLIENT_H
#define FRONTEND_CLIENT_H

#include "frontend/forwarded.h"
#include "frontend/linger.h"
#include "frontend/problem.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * What a connection is doing.  In brackets: the time it has.
 */
typedef enum ClientPhase
{
	CLIENT_WAITING,   /* for a request line (idle time-out + request time-out) */
	CLIENT_RECEIVING, /* headers and body (request time-out); a late one gets 408 */
	CLIENT_WORKING,   /* the request is with us (none: the queue has its own) */
	CLIENT_SENDING    /* taking the answer (request time-out) */
} ClientPhase;

typedef struct ClientTable ClientTable;
typedef struct Client Client;

/* Waiting and request time-outs in milliseconds; by TLS, nothing can be refused. */
extern ClientTable *clients_new(int64_t idle_ms, int64_t request_ms, bool tls,
                                Linger *linger);
extern void clients_free(ClientTable *table);

/* Shuts down those that are late or left by their client; returns how many. */
extern int clients_sweep(ClientTable *table, int64_t now_ms);

/* NULL when there is no memory. */
extern Client *client_open(ClientTable *table, int socket, const struct sockaddr *peer);
extern void client_close(Client *client);

extern void client_phase(Client *client, ClientPhase phase);

/* The id of the request that is being received, for a refusal; before that phase. */
extern void client_set_request(Client *client, const char *request_id);

/*
 * Answers a request of which not all has arrived, past libmicrohttpd, which can
 * answer only whole ones; the caller has the connection closed.  Only while
 * receiving: nothing else is being sent then.  By TLS the connection is closed
 * without a word, as only libmicrohttpd can encrypt.
 */
extern void client_refuse(Client *client, ProblemCode code);

/* What client_refuse(), or a sweep, answered; PROBLEM_NONE if nothing. */
extern ProblemCode client_refused(Client *client);

/* Has the socket linger when it is closed; see linger.h. */
extern void client_linger(Client *client);

/* The address of the peer. */
extern const char *client_peer(const Client *client);

#endif /* FRONTEND_CLIENT_H */
