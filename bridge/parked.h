/*
 * parked.h
 *	  Receipts that the broker refused for what they are (too large, invalid).
 *
 * Such a receipt stays in the outbox and must not hold up the others.  A broker
 * refuses a whole batch for one message, so a refusal is at first only a
 * suspicion: the receipt is parked and soon tried again, alone.  Refused alone
 * it is convicted, and is tried again only every few minutes, for the day when an
 * administrator raises the broker's limit.
 *
 * The set is bounded.  What finds no place is simply fetched and refused again:
 * slower, but nothing is lost.
 */
#ifndef BRIDGE_PARKED_H
#define BRIDGE_PARKED_H

#include <stdbool.h>
#include <stdint.h>

#define PARKED_MAX 1024

#define PARKED_FIRST_WAIT_MS 60000
#define PARKED_LAST_WAIT_MS 600000

typedef struct Parked
{
	int64_t id;
	int64_t next_try_ms;
	int convictions; /* refused alone so often */
} Parked;

typedef struct ParkedSet
{
	int count;
	Parked items[PARKED_MAX];
} ParkedSet;

/*
 * Notes a refusal.  alone: nothing else was in flight, so the message itself is
 * at fault.  Returns true when this convicts it for the first time (log it now).
 */
extern bool parked_refused(ParkedSet *set, int64_t id, bool alone, int64_t now_ms);

extern bool parked_contains(const ParkedSet *set, int64_t id);

/* Was delivered after all, or is gone from the outbox. */
extern void parked_remove(ParkedSet *set, int64_t id);

/* The one whose try is due first; NULL when there is none at all. */
extern const Parked *parked_next(const ParkedSet *set);

/* Puts off the next try, when it could not be made now. */
extern void parked_postpone(ParkedSet *set, int64_t id, int64_t until_ms);

#endif /* BRIDGE_PARKED_H */
