/*
 * client.c
 *	  The open connections; see client.h.
 *
 * The table's mutex guards the list and the fields that a sweep reads.
 */
#include "frontend/client.h"

#include "common/buffer.h"
#include "common/clock.h"
#include "frontend/header.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* How often a connection is looked at that waits for its client. */
#define PROBE_MS 1000

struct Client
{
	ClientTable *table;
	Client *previous;
	Client *next;
	int socket;
	ClientPhase phase;
	int64_t deadline_ms; /* 0: none */
	int64_t probe_ms;    /* when to look whether the client is still there */
	bool gone;           /* the last look said no */
	ProblemCode refused;
	bool linger;
	char request_id[REQUEST_ID_SIZE];
	char peer[ADDRESS_SIZE];
};

struct ClientTable
{
	pthread_mutex_t lock;
	Client *first;
	int64_t idle_ms;
	int64_t request_ms;
	bool tls;
	Linger *linger;
};

/*
 * Makes an empty table; NULL when there is no memory.
 */
ClientTable *
clients_new(int64_t idle_ms, int64_t request_ms, bool tls, Linger *linger)
{
	ClientTable *table = calloc(1, sizeof(ClientTable));

	if (table == NULL)
		return NULL;
	pthread_mutex_init(&table->lock, NULL);
	table->idle_ms = idle_ms;
	table->request_ms = request_ms;
	table->tls = tls;
	table->linger = linger;
	return table;
}

/*
 * Frees a table whose connections are all closed.
 */
void
clients_free(ClientTable *table)
{
	if (table == NULL)
		return;
	pthread_mutex_destroy(&table->lock);
	free(table);
}

/*
 * Writes the address of a peer, without port and IPv6 scope, in the form in which
 * requests have it.
 */
static void
write_peer(const struct sockaddr *peer, char address[ADDRESS_SIZE])
{
	static const Networks none = {0};
	char text[ADDRESS_SIZE] = "::";

	if (peer != NULL && peer->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *) peer)->sin_addr, text,
		          ADDRESS_SIZE);
	else if (peer != NULL && peer->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *) peer)->sin6_addr, text,
		          ADDRESS_SIZE);
	forwarded_address(&none, text, NULL, address);
}

/*
 * Sets phase and deadline; the lock is held.
 */
static void
set_phase(Client *client, ClientPhase phase)
{
	const ClientTable *table = client->table;
	int64_t allowed_ms = 0;
	int64_t now_ms;

	switch (phase)
	{
		case CLIENT_WAITING:
			allowed_ms = table->idle_ms + table->request_ms;
			break;
		case CLIENT_RECEIVING:
		case CLIENT_SENDING:
			allowed_ms = table->request_ms;
			break;
		case CLIENT_WORKING:
			break;
	}
	client->phase = phase;
	now_ms = clock_ms();
	client->deadline_ms = allowed_ms > 0 ? now_ms + allowed_ms : 0;
	client->probe_ms = now_ms + PROBE_MS;
	client->gone = false;
}

/*
 * Enters a connection into the table.
 */
Client *
client_open(ClientTable *table, int socket, const struct sockaddr *peer)
{
	Client *client = calloc(1, sizeof(Client));

	if (client == NULL)
		return NULL;
	client->table = table;
	client->socket = socket;
	write_peer(peer, client->peer);
	pthread_mutex_lock(&table->lock);
	set_phase(client, CLIENT_WAITING);
	client->next = table->first;
	if (client->next != NULL)
		client->next->previous = client;
	table->first = client;
	pthread_mutex_unlock(&table->lock);
	return client;
}

/*
 * Takes a connection out of the table.
 */
void
client_close(Client *client)
{
	ClientTable *table = client->table;

	pthread_mutex_lock(&table->lock);
	if (client->next != NULL)
		client->next->previous = client->previous;
	if (client->previous != NULL)
		client->previous->next = client->next;
	else
		table->first = client->next;
	pthread_mutex_unlock(&table->lock);
	if (client->linger)
		linger_add(table->linger, client->socket);
	free(client);
}

/*
 * Enters a phase.
 */
void
client_phase(Client *client, ClientPhase phase)
{
	pthread_mutex_lock(&client->table->lock);
	set_phase(client, phase);
	pthread_mutex_unlock(&client->table->lock);
}

/*
 * Marks a connection for lingering; by libmicrohttpd's thread, as its closing.
 */
void
client_linger(Client *client)
{
	client->linger = true;
}

/*
 * Keeps the id of the request.
 */
void
client_set_request(Client *client, const char *request_id)
{
	pthread_mutex_lock(&client->table->lock);
	snprintf(client->request_id, sizeof(client->request_id), "%s", request_id);
	pthread_mutex_unlock(&client->table->lock);
}

/*
 * Asks what was answered.
 */
ProblemCode
client_refused(Client *client)
{
	ProblemCode code;

	pthread_mutex_lock(&client->table->lock);
	code = client->refused;
	pthread_mutex_unlock(&client->table->lock);
	return code;
}

/*
 * Gives the address.
 */
const char *
client_peer(const Client *client)
{
	return client->peer;
}

/*
 * Appends "Name: value".
 */
static void
append_header(Buffer *reply, const char *name, const char *value)
{
	buffer_text(reply, name);
	buffer_text(reply, ": ");
	buffer_text(reply, value);
	buffer_text(reply, "\r\n");
}

/*
 * Writes a whole reply.
 */
static void
write_refusal(const Client *client, ProblemCode code, Buffer *reply)
{
	unsigned int status = problem_status(code);
	Buffer body = {0};

	problem_write(code, NULL, &body);
	buffer_text(reply, "HTTP/1.1 ");
	buffer_int(reply, status);
	buffer_text(reply, " ");
	buffer_text(reply, MHD_get_reason_phrase_for(status));
	buffer_text(reply, "\r\n");
	append_header(reply, "Connection", "close");
	append_header(reply, "Content-Type", PROBLEM_CONTENT_TYPE);
	append_header(reply, "Cache-Control", "no-store");
	append_header(reply, "X-Content-Type-Options", "nosniff");
	append_header(reply, "X-Request-Id", client->request_id);
	buffer_text(reply, "Content-Length: ");
	buffer_int(reply, (long long) body.used);
	buffer_text(reply, "\r\n\r\n");
	buffer_append(reply, body.data, body.used);
	buffer_free(&body);
}

/*
 * Refuses with the lock held.  What the socket does not take at once is lost, as
 * is the whole answer should memory run out.
 */
static void
refuse(Client *client, ProblemCode code)
{
	Buffer reply = {0};

	client->refused = code;
	client->deadline_ms = 0;
	if (client->table->tls)
		return;
	client->linger = true;
	write_refusal(client, code, &reply);
	if (!reply.failed)
		send(client->socket, reply.data, reply.used, MSG_DONTWAIT | MSG_NOSIGNAL);
	buffer_free(&reply);
}

/*
 * Refuses from libmicrohttpd's thread, unless a sweep did so just now.
 */
void
client_refuse(Client *client, ProblemCode code)
{
	pthread_mutex_lock(&client->table->lock);
	if (client->refused == PROBLEM_NONE)
		refuse(client, code);
	pthread_mutex_unlock(&client->table->lock);
}

/*
 * Ends a connection that is late.
 */
static void
end_late(Client *client)
{
	if (client->phase == CLIENT_RECEIVING)
		refuse(client, PROBLEM_REQUEST_TIMEOUT);
	client->deadline_ms = 0;
	shutdown(client->socket, SHUT_RDWR);
}

/*
 * Whether the client has closed its side and nothing is left to read.
 * libmicrohttpd 0.9.75 misses that when the end came together with the last data:
 * its edge-triggered epoll reports both at once, and a short read makes it wait
 * for the next report.  To be sure that it had its turn, we look twice.
 */
static bool
has_left(Client *client, int64_t now_ms)
{
	bool before = client->gone;
	char byte;

	if (client->phase == CLIENT_WORKING || client->phase == CLIENT_SENDING ||
	    now_ms < client->probe_ms)
		return false;
	client->probe_ms = now_ms + PROBE_MS;
	client->gone = recv(client->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
	return before && client->gone;
}

/*
 * Looks for connections that are late, or whose client has left.
 */
int
clients_sweep(ClientTable *table, int64_t now_ms)
{
	int ended = 0;

	pthread_mutex_lock(&table->lock);
	for (Client *client = table->first; client != NULL; client = client->next)
	{
		if (client->deadline_ms == 0)
			continue;
		if (client->deadline_ms <= now_ms)
			end_late(client);
		else if (has_left(client, now_ms))
			shutdown(client->socket, SHUT_RDWR);
		else
			continue;
		ended++;
	}
	pthread_mutex_unlock(&table->lock);
	return ended;
}
