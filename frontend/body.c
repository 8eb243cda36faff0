/*
 * body.c
 *	  The body of a request; see body.h.
 */
#include "frontend/body.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What a body of unknown length starts with. */
#define FIRST_SIZE 4096

/*
 * Takes bytes from the budget, or none.
 */
bool
body_budget_take(BodyBudget *budget, size_t length)
{
	size_t before = atomic_fetch_add(&budget->used, length);

	if (before <= budget->limit && length <= budget->limit - before)
		return true;
	atomic_fetch_sub(&budget->used, length);
	return false;
}

/*
 * Gives bytes back.
 */
void
body_budget_give(BodyBudget *budget, size_t length)
{
	atomic_fetch_sub(&budget->used, length);
}

/*
 * Makes room: all that was announced at once, otherwise by doubling.
 */
static bool
make_room(Body *body, size_t wanted, size_t announced)
{
	size_t size = body->size > 0 ? body->size : FIRST_SIZE;
	char *data;

	if (wanted <= body->size)
		return true;
	if (announced >= wanted)
		size = announced;
	while (size < wanted)
		size *= 2;
	data = realloc(body->data, size);
	if (data == NULL)
		return false;
	body->data = data;
	body->size = size;
	return true;
}

/*
 * Appends.
 */
BodyResult
body_append(Body *body, BodyBudget *budget, const void *bytes, size_t length,
            size_t announced, size_t limit)
{
	if (length == 0)
		return BODY_TAKEN;
	if (length > limit - body->used)
		return BODY_TOO_LARGE;
	if (!body_budget_take(budget, length))
		return BODY_NO_ROOM;
	if (!make_room(body, body->used + length, announced))
	{
		atomic_fetch_sub(&budget->used, length);
		return BODY_NO_ROOM;
	}
	memcpy(body->data + body->used, bytes, length);
	body->used += length;
	return BODY_TAKEN;
}

/*
 * Frees.
 */
void
body_free(Body *body, BodyBudget *budget)
{
	free(body->data);
	atomic_fetch_sub(&budget->used, body->used);
	memset(body, 0, sizeof(*body));
}
