/*
 * inflight.c
 *	  The relay's window; see inflight.h.
 *
 * Flights live in one array.  An open-addressing table of twice its size finds
 * them by id; removal moves the entries behind it up (no tombstones), so look-ups
 * stay short however long the relay runs.
 */
#include "bridge/inflight.h"

#include "common/log.h"

#include <stdlib.h>
#include <string.h>

struct Inflight
{
	int max_messages;
	size_t max_bytes;

	Flight *flights;
	Flight *free; /* unused flights */
	Flight **table;
	size_t mask; /* table size - 1; the size is a power of two */

	Flight *delivered_head;
	Flight *delivered_tail;
	int sent_count;
	int delivered_count;
	size_t bytes;
};

/*
 * Allocates zeroed memory or ends the process: without its window the relay
 * cannot do anything.
 */
static void *
allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL)
	{
		log_error("out of memory for the window of the relay");
		abort();
	}
	return memory;
}

/*
 * See inflight.h.
 */
Inflight *
inflight_new(int max_messages, size_t max_bytes)
{
	Inflight *window = allocate(1, sizeof(Inflight));
	size_t size = 2;

	while (size < (size_t) max_messages * 2)
		size *= 2;
	window->max_messages = max_messages;
	window->max_bytes = max_bytes;
	window->mask = size - 1;
	window->flights = allocate((size_t) max_messages, sizeof(Flight));
	window->table = allocate(size, sizeof(Flight *));
	inflight_reset(window);
	return window;
}

/*
 * Frees the window; NULL is fine.
 */
void
inflight_free(Inflight *window)
{
	if (window == NULL)
		return;
	free(window->flights);
	free(window->table);
	free(window);
}

/*
 * See inflight.h.
 */
void
inflight_reset(Inflight *window)
{
	memset(window->table, 0, (window->mask + 1) * sizeof(Flight *));
	window->free = NULL;
	for (int i = window->max_messages - 1; i >= 0; i--)
	{
		window->flights[i].next = window->free;
		window->free = &window->flights[i];
	}
	window->delivered_head = window->delivered_tail = NULL;
	window->sent_count = window->delivered_count = 0;
	window->bytes = 0;
}

/*
 * Gives the first place to look for an id (Fibonacci hashing: ids come in runs,
 * and neighbours should not pile up).
 */
static size_t
home(const Inflight *window, int64_t id)
{
	return (size_t) (((uint64_t) id * UINT64_C(11400714819323198485)) >> 32) &
	       window->mask;
}

/*
 * Finds the place of an id, or the empty place where it would go.
 */
static size_t
find(const Inflight *window, int64_t id)
{
	size_t i = home(window, id);

	while (window->table[i] != NULL && window->table[i]->id != id)
		i = (i + 1) & window->mask;
	return i;
}

/*
 * Takes an id out of the table and closes the gap: every entry of the run behind
 * it moves up unless that would put it before its own home.
 */
static void
table_remove(Inflight *window, int64_t id)
{
	size_t gap = find(window, id);
	size_t i = gap;

	window->table[gap] = NULL;
	for (;;)
	{
		size_t start;

		i = (i + 1) & window->mask;
		if (window->table[i] == NULL)
			return;
		start = home(window, window->table[i]->id);
		if (((i - start) & window->mask) < ((i - gap) & window->mask))
			continue;
		window->table[gap] = window->table[i];
		window->table[i] = NULL;
		gap = i;
	}
}

/*
 * See inflight.h.
 */
bool
inflight_has_room(const Inflight *window, size_t bytes)
{
	if (window->sent_count + window->delivered_count == 0)
		return true;
	return window->free != NULL && bytes <= inflight_room_bytes(window);
}

/*
 * Counts the messages that could still enter.
 */
int
inflight_room_messages(const Inflight *window)
{
	return window->max_messages - window->sent_count - window->delivered_count;
}

/*
 * Counts the bytes that are left; a window may hold one message too large.
 */
size_t
inflight_room_bytes(const Inflight *window)
{
	return window->bytes < window->max_bytes ? window->max_bytes - window->bytes : 0;
}

/*
 * See inflight.h.
 */
bool
inflight_contains(const Inflight *window, int64_t id)
{
	return window->table[find(window, id)] != NULL;
}

/*
 * See inflight.h.
 */
Flight *
inflight_add(Inflight *window, int64_t id, size_t bytes)
{
	Flight *flight = window->free;

	window->free = flight->next;
	memset(flight, 0, sizeof(*flight));
	flight->id = id;
	flight->bytes = bytes;
	window->table[find(window, id)] = flight;
	window->sent_count++;
	window->bytes += bytes;
	return flight;
}

/*
 * Gives a flight back to the free list.
 */
static void
release(Inflight *window, Flight *flight)
{
	table_remove(window, flight->id);
	window->bytes -= flight->bytes;
	flight->next = window->free;
	window->free = flight;
}

/*
 * Notes where the broker stored it and queues it for acknowledgement.
 */
void
inflight_delivered(Inflight *window, Flight *flight, int32_t partition, int64_t offset)
{
	flight->partition = partition;
	flight->offset = offset;
	flight->next = NULL;
	if (window->delivered_tail != NULL)
		window->delivered_tail->next = flight;
	else
		window->delivered_head = flight;
	window->delivered_tail = flight;
	window->sent_count--;
	window->delivered_count++;
}

/*
 * Drops a flight whose delivery failed.
 */
void
inflight_remove_sent(Inflight *window, Flight *flight)
{
	window->sent_count--;
	release(window, flight);
}

/*
 * See inflight.h.
 */
Flight *
inflight_first_delivered(const Inflight *window)
{
	return window->delivered_head;
}

/*
 * Drops the oldest delivered flights.
 */
void
inflight_acknowledged(Inflight *window, int count)
{
	while (count-- > 0)
	{
		Flight *flight = window->delivered_head;

		window->delivered_head = flight->next;
		if (window->delivered_head == NULL)
			window->delivered_tail = NULL;
		window->delivered_count--;
		release(window, flight);
	}
}

/*
 * Counts the flights whose delivery report is awaited.
 */
int
inflight_sent_count(const Inflight *window)
{
	return window->sent_count;
}

/*
 * Counts the flights that wait for their acknowledgement.
 */
int
inflight_delivered_count(const Inflight *window)
{
	return window->delivered_count;
}

/*
 * Sums up the bytes of all flights.
 */
size_t
inflight_bytes(const Inflight *window)
{
	return window->bytes;
}
