/*
 * client.c
 *	  The open connections; see client.h.
 *
 * The table's mutex guards the list and the fields that a sweep reads.
 */
#include "frontend/client.h"

#include "common/buffer.h"
#include "common/clock.h"
#include "frontend/problem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct Client
{
	ClientTable *table;
	Client *previous;
	Client *next;
	int socket;
	ClientPhase phase;
	int64_t deadline_ms; /* 0: none */
	bool late;
	bool linger;
	char peer[ADDRESS_SIZE];
};

struct ClientTable
{
	pthread_mutex_t lock;
	Client *first;
	int64_t idle_ms;
	int64_t request_ms;
	Linger *linger;
};

/*
 * Makes an empty table; NULL when there is no memory.
 */
ClientTable *
clients_new(int64_t idle_ms, int64_t request_ms, Linger *linger)
{
	ClientTable *table = calloc(1, sizeof(ClientTable));

	if (table == NULL)
		return NULL;
	pthread_mutex_init(&table->lock, NULL);
	table->idle_ms = idle_ms;
	table->request_ms = request_ms;
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
 * Writes the address of a peer, without port and IPv6 scope.
 */
static void
write_peer(const struct sockaddr *peer, char text[ADDRESS_SIZE])
{
	snprintf(text, ADDRESS_SIZE, "::");
	if (peer != NULL && peer->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *) peer)->sin_addr, text,
		          ADDRESS_SIZE);
	else if (peer != NULL && peer->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *) peer)->sin6_addr, text,
		          ADDRESS_SIZE);
}

/*
 * Sets phase and deadline; the lock is held.
 */
static void
set_phase(Client *client, ClientPhase phase)
{
	const ClientTable *table = client->table;
	int64_t allowed_ms = 0;

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
	client->deadline_ms = allowed_ms > 0 ? clock_ms() + allowed_ms : 0;
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
 * Asks what the sweep did.
 */
bool
client_was_late(Client *client)
{
	bool late;

	pthread_mutex_lock(&client->table->lock);
	late = client->late;
	pthread_mutex_unlock(&client->table->lock);
	return late;
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
 * Sends 408 past libmicrohttpd, which can answer no request that is not
 * complete.  Nothing else is being sent in this phase.  What the socket does not
 * take at once is lost, as is the whole answer should it fail.
 */
static void
send_late(const Client *client)
{
	Buffer body = {0};
	Buffer reply = {0};

	problem_write(PROBLEM_REQUEST_TIMEOUT, NULL, &body);
	buffer_text(&reply, "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
	                    "Content-Type: " PROBLEM_CONTENT_TYPE "\r\nContent-Length: ");
	buffer_int(&reply, (long long) body.used);
	buffer_text(&reply, "\r\n\r\n");
	buffer_append(&reply, body.data, body.used);
	if (!reply.failed && !body.failed)
		send(client->socket, reply.data, reply.used, MSG_DONTWAIT | MSG_NOSIGNAL);
	buffer_free(&body);
	buffer_free(&reply);
}

/*
 * Ends a connection that is late.
 */
static void
end_late(Client *client)
{
	if (client->phase == CLIENT_RECEIVING)
	{
		client->late = true;
		client->linger = true;
		send_late(client);
	}
	client->deadline_ms = 0;
	shutdown(client->socket, SHUT_RDWR);
}

/*
 * Looks for connections that are late.
 */
int
clients_sweep(ClientTable *table, int64_t now_ms)
{
	int ended = 0;

	pthread_mutex_lock(&table->lock);
	for (Client *client = table->first; client != NULL; client = client->next)
	{
		if (client->deadline_ms == 0 || client->deadline_ms > now_ms)
			continue;
		end_late(client);
		ended++;
	}
	pthread_mutex_unlock(&table->lock);
	return ended;
}
