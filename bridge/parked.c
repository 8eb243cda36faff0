/*
 * parked.c
 *	  Receipts that the broker refused for what they are; see parked.h.
 *
 * The set is small and changes rarely, so it is searched from end to end.
 */
#include "bridge/parked.h"

#include <stddef.h>

/*
 * Finds the entry of an id; NULL if there is none.
 */
static Parked *
find(ParkedSet *set, int64_t id)
{
	for (int i = 0; i < set->count; i++)
	{
		if (set->items[i].id == id)
			return &set->items[i];
	}
	return NULL;
}

/*
 * Gives the wait after so many convictions: doubling, with a cap.
 */
static int64_t
wait_ms(int convictions)
{
	int64_t wait = PARKED_FIRST_WAIT_MS;

	for (int i = 1; i < convictions && wait < PARKED_LAST_WAIT_MS; i++)
		wait *= 2;
	return wait < PARKED_LAST_WAIT_MS ? wait : PARKED_LAST_WAIT_MS;
}

/*
 * See parked.h.
 */
bool
parked_refused(ParkedSet *set, int64_t id, bool alone, int64_t now_ms)
{
	Parked *parked = find(set, id);

	if (parked == NULL)
	{
		if (set->count == PARKED_MAX)
			return alone;
		parked = &set->items[set->count++];
		*parked = (Parked){.id = id};
	}
	if (!alone)
	{
		if (parked->convictions == 0)
			parked->next_try_ms = now_ms;
		return false;
	}
	parked->convictions++;
	parked->next_try_ms = now_ms + wait_ms(parked->convictions);
	return parked->convictions == 1;
}

/*
 * Tells whether the id is in the set.
 */
bool
parked_contains(const ParkedSet *set, int64_t id)
{
	return find((ParkedSet *) set, id) != NULL;
}

/*
 * See parked.h.
 */
void
parked_remove(ParkedSet *set, int64_t id)
{
	Parked *parked = find(set, id);

	if (parked != NULL)
		*parked = set->items[--set->count];
}

/*
 * See parked.h.
 */
const Parked *
parked_next(const ParkedSet *set)
{
	const Parked *next = NULL;

	for (int i = 0; i < set->count; i++)
	{
		if (next == NULL || set->items[i].next_try_ms < next->next_try_ms)
			next = &set->items[i];
	}
	return next;
}

/*
 * See parked.h.
 */
void
parked_postpone(ParkedSet *set, int64_t id, int64_t until_ms)
{
	Parked *parked = find(set, id);

	if (parked != NULL && parked->next_try_ms < until_ms)
		parked->next_try_ms = until_ms;
}
