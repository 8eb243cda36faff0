/*
 * linger.c
 *	  Closes connections gently; see linger.h.
 */
#include "frontend/linger.h"

#include "common/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* What is asked for in one call; the kernel discards it without a copy. */
#define DISCARD_SIZE (1024 * 1024)

typedef struct Lingering
{
	int socket;
	int64_t deadline_ms;
	int64_t bytes_left;
} Lingering;

struct Linger
{
	pthread_mutex_t lock;
	int wake; /* an eventfd */
	size_t count;
	Lingering list[LINGER_MAX];
};

/*
 * Makes an empty set; NULL when there is no memory or descriptor.
 */
Linger *
linger_new(void)
{
	Linger *linger = calloc(1, sizeof(Linger));

	if (linger == NULL)
		return NULL;
	linger->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (linger->wake < 0)
	{
		free(linger);
		return NULL;
	}
	pthread_mutex_init(&linger->lock, NULL);
	return linger;
}

/*
 * Closes everything at once.
 */
void
linger_free(Linger *linger)
{
	if (linger == NULL)
		return;
	for (size_t i = 0; i < linger->count; i++)
		close(linger->list[i].socket);
	close(linger->wake);
	pthread_mutex_destroy(&linger->lock);
	free(linger);
}

/*
 * Takes a duplicate into the set if there is room.
 */
void
linger_add(Linger *linger, int socket)
{
	uint64_t one = 1;
	ssize_t written;

	pthread_mutex_lock(&linger->lock);
	if (linger->count < LINGER_MAX)
	{
		Lingering *entry = &linger->list[linger->count];

		entry->socket = fcntl(socket, F_DUPFD_CLOEXEC, 0);
		entry->deadline_ms = clock_ms() + LINGER_MS;
		entry->bytes_left = LINGER_BYTES;
		if (entry->socket >= 0)
			linger->count++;
	}
	pthread_mutex_unlock(&linger->lock);
	written = write(linger->wake, &one, sizeof(one));
	(void) written;
}

/*
 * Lists the descriptors to wait for.
 */
size_t
linger_poll_set(Linger *linger, struct pollfd *set)
{
	size_t count = 0;

	set[count].fd = linger->wake;
	set[count++].events = POLLIN;
	pthread_mutex_lock(&linger->lock);
	for (size_t i = 0; i < linger->count; i++)
	{
		set[count].fd = linger->list[i].socket;
		set[count++].events = POLLIN;
	}
	pthread_mutex_unlock(&linger->lock);
	return count;
}

/*
 * Discards what has come on one socket.  False when it is over: the client has
 * closed too, or a bound is reached.
 */
static bool
discard(Lingering *entry, int64_t now_ms)
{
	ssize_t got;

	do
	{
		got = recv(entry->socket, NULL, DISCARD_SIZE, MSG_TRUNC | MSG_DONTWAIT);
		if (got > 0)
			entry->bytes_left -= got;
	} while (got > 0 && entry->bytes_left > 0);
	if (got == 0 || entry->bytes_left <= 0 || now_ms >= entry->deadline_ms)
		return false;
	return got > 0 || errno == EAGAIN || errno == EINTR;
}

/*
 * Goes over all sockets; the last takes the place of one that is over.
 */
void
linger_run(Linger *linger, int64_t now_ms)
{
	uint64_t count;
	ssize_t got = read(linger->wake, &count, sizeof(count));
	size_t i = 0;

	(void) got;
	pthread_mutex_lock(&linger->lock);
	while (i < linger->count)
	{
		if (discard(&linger->list[i], now_ms))
		{
			i++;
			continue;
		}
		close(linger->list[i].socket);
		linger->list[i] = linger->list[--linger->count];
	}
	pthread_mutex_unlock(&linger->lock);
}
