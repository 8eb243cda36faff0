/*
 * body.h
 *	  The body of a request as it arrives, bounded twice: each body by its own
 *	  limit, and all bodies together by a budget, so that no number of clients
 *	  can fill the memory.
 */
#ifndef FRONTEND_BODY_H
#define FRONTEND_BODY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Shared by all threads. */
typedef struct BodyBudget
{
	_Atomic size_t used;
	size_t limit;
} BodyBudget;

/* Empty when all zeros. */
typedef struct Body
{
	char *data;
	size_t used;
	size_t size;
} Body;

typedef enum BodyResult
{
	BODY_TAKEN,
	BODY_TOO_LARGE,
	BODY_NO_ROOM /* the budget, or the memory, is used up */
} BodyResult;

/*
 * Appends what arrived.  announced: Content-Length, or 0 when unknown; with it,
 * the memory is allocated once.  Bytes count against the budget when they have
 * come, not when they are announced.
 */
extern BodyResult body_append(Body *body, BodyBudget *budget, const void *bytes,
                              size_t length, size_t announced, size_t limit);

/*
 * Counts bytes that are held elsewhere against the budget, while there is room;
 * and gives them back.
 */
extern bool body_budget_take(BodyBudget *budget, size_t length);
extern void body_budget_give(BodyBudget *budget, size_t length);

/* Frees the body and gives its bytes back to the budget. */
extern void body_free(Body *body, BodyBudget *budget);

#endif /* FRONTEND_BODY_H */
