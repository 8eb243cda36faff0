/*
 * batchplan.c
 *	  How many messages the sink stores at once; see batchplan.h.
 */
#include "bridge/batchplan.h"

/*
 * Starts with full batches.
 */
void
batchplan_init(BatchPlan *plan, int max_rows, size_t max_bytes)
{
	plan->max_rows = plan->limit = max_rows;
	plan->max_bytes = max_bytes;
	plan->losses = 0;
}

/*
 * See batchplan.h.
 */
bool
batchplan_is_full(const BatchPlan *plan, int rows, size_t bytes)
{
	return rows >= plan->max_rows || bytes >= plan->max_bytes;
}

/*
 * See batchplan.h.
 */
int
batchplan_rows(const BatchPlan *plan, int left)
{
	return left < plan->limit ? left : plan->limit;
}

/*
 * Grows the batches back.
 */
void
batchplan_stored(BatchPlan *plan)
{
	plan->losses = 0;
	plan->limit = plan->limit > plan->max_rows / 2 ? plan->max_rows : plan->limit * 2;
}

/*
 * Halves, from what was really tried.
 */
BatchStep
batchplan_refused(BatchPlan *plan, int rows)
{
	plan->losses = 0;
	if (rows <= 1)
	{
		plan->limit = 1;
		return BATCH_ISOLATED;
	}
	plan->limit = rows / 2;
	return BATCH_RETRY;
}

/*
 * Takes the first losses for what they mostly are, an outage.  A message that
 * kills its server process, or takes longer than the time limit, looks the same,
 * but it does so every time: then the search is on here too, and for the single
 * message it takes as many losses again.
 */
BatchStep
batchplan_lost(BatchPlan *plan, int rows)
{
	plan->losses++;
	if (plan->losses < BATCHPLAN_LOSSES)
		return BATCH_RETRY;
	if (rows > 1)
	{
		plan->limit = rows / 2;
		plan->losses = plan->limit > 1 ? BATCHPLAN_LOSSES - 1 : 0;
		return BATCH_RETRY;
	}
	plan->limit = 1;
	return BATCH_ISOLATED;
}

/*
 * Halves, and finds nobody guilty.
 */
void
batchplan_late(BatchPlan *plan, int rows)
{
	plan->limit = rows > 1 ? rows / 2 : 1;
}

/*
 * Forgets the losses: when not even the putting aside worked, they may have been an
 * outage's after all.
 */
void
batchplan_spare(BatchPlan *plan)
{
	plan->losses = 0;
}
