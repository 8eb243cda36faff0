/*
 * inflight.h
 *	  The relay's window: the receipts handed to Kafka and not yet acknowledged
 *	  to PostgreSQL, bounded by number and by bytes.
 *
 * A receipt enters as sent; its delivery report makes it delivered; the
 * acknowledgement to the database removes it.  A failed delivery removes it too:
 * it is still in the outbox and will be fetched again.  The relay asks
 * inflight_contains() of every fetched row, so none is produced twice while the
 * first copy is under way.
 *
 * Flight pointers stay valid until the flight is removed: they travel through
 * librdkafka as the message's opaque.
 */
#ifndef BRIDGE_INFLIGHT_H
#define BRIDGE_INFLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Flight
{
	int64_t id; /* receipt_id */
	size_t bytes;
	int64_t sent_us;
	int32_t partition; /* once delivered */
	int64_t offset;
	struct Flight *next; /* in the free list or the list of delivered ones */
} Flight;

typedef struct Inflight Inflight;

/* Ends the process when there is no memory for the window. */
extern Inflight *inflight_new(int max_messages, size_t max_bytes);
extern void inflight_free(Inflight *window);

/*
 * Room for one more of that size?  An empty window takes a message of any size:
 * one that is larger than the window must not be stuck for good.
 */
extern bool inflight_has_room(const Inflight *window, size_t bytes);

/* Messages that could still enter, and the bytes left. */
extern int inflight_room_messages(const Inflight *window);
extern size_t inflight_room_bytes(const Inflight *window);

extern bool inflight_contains(const Inflight *window, int64_t id);

/* The id must not be in the window, and there must be room. */
extern Flight *inflight_add(Inflight *window, int64_t id, size_t bytes);
extern void inflight_delivered(Inflight *window, Flight *flight, int32_t partition,
                               int64_t offset);
extern void inflight_remove_sent(Inflight *window, Flight *flight);

/*
 * The delivered flights in order, oldest first; flight->next goes on.  The
 * caller may stop anywhere and then drops as many with inflight_acknowledged().
 */
extern Flight *inflight_first_delivered(const Inflight *window);
extern void inflight_acknowledged(Inflight *window, int count);

/* How many are sent and not delivered; delivered and not acknowledged; bytes. */
extern int inflight_sent_count(const Inflight *window);
extern int inflight_delivered_count(const Inflight *window);
extern size_t inflight_bytes(const Inflight *window);

/* Forgets everything; only when no delivery report can come any more. */
extern void inflight_reset(Inflight *window);

#endif /* BRIDGE_INFLIGHT_H */
