/*
 * batchplan.h
 *	  How many messages the sink stores at once: the limits of a batch, and the
 *	  search for the one message that makes a batch fail.
 *
 * The search needs no memory of what was tried.  Each refusal halves the number
 * for the next attempt, which starts at the same message; each success doubles it
 * again.  So the good messages before a bad one are stored, the bad one ends up
 * alone, is put aside, and the batches grow back.
 */
#ifndef BRIDGE_BATCHPLAN_H
#define BRIDGE_BATCHPLAN_H

#include <stdbool.h>
#include <stddef.h>

/* So often a lost connection is taken for an outage before it is taken for the
 * work of a message. */
#define BATCHPLAN_LOSSES 3

typedef struct BatchPlan
{
	int max_rows;
	size_t max_bytes;
	int limit;  /* rows of the next attempt, 1 to max_rows */
	int losses; /* connections lost during an attempt, in a row */
} BatchPlan;

/* What to do after a refusal or a loss. */
typedef enum BatchStep
{
	BATCH_RETRY,   /* the same again, with the new limit */
	BATCH_ISOLATED /* it is this one message: put it aside */
} BatchStep;

extern void batchplan_init(BatchPlan *plan, int max_rows, size_t max_bytes);

/* Is a batch of so many rows and bytes complete? */
extern bool batchplan_is_full(const BatchPlan *plan, int rows, size_t bytes);

/* The rows of the next attempt, of those that are left. */
extern int batchplan_rows(const BatchPlan *plan, int left);

/* After an attempt with so many rows: stored; refused for its data; or the
 * connection was lost, and the database did not have it. */
extern void batchplan_stored(BatchPlan *plan);
extern BatchStep batchplan_refused(BatchPlan *plan, int rows);
extern BatchStep batchplan_lost(BatchPlan *plan, int rows);

/* No answer within the time limit, which says nothing about the messages: fewer at
 * once may be quicker. */
extern void batchplan_late(BatchPlan *plan, int rows);

/* The message that was to be put aside could not be: it gets another chance. */
extern void batchplan_spare(BatchPlan *plan);

#endif /* BRIDGE_BATCHPLAN_H */
