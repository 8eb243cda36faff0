/*
 * summarycollect.h
 *	  The state of an aggregate: a summary that grows.
 *
 * Its maps are hash tables, so that a row costs its own items and not the
 * number of categories seen so far.  It lives in one memory context, keys
 * included.
 */
#ifndef PG_RECEIPTS_SUMMARYCOLLECT_H
#define PG_RECEIPTS_SUMMARYCOLLECT_H

#include "receipt.h"
#include "summary.h"

typedef struct SummaryState SummaryState;

/* A line of a receipt. */
typedef struct SummaryLine
{
	const char *category; /* not terminated */
	int category_length;
	int64 quantity;
	int128 spent;
} SummaryLine;

extern SummaryState *state_create(MemoryContext context);
extern void state_add_receipt(SummaryState *state, const SummaryReceipt *receipt,
                              const char *payment_method, int payment_method_length);
extern void state_add_line(SummaryState *state, const SummaryLine *line);
extern void state_add_summary(SummaryState *state, const Summary *summary);
extern void state_to_summary(const SummaryState *state, Summary *summary);
extern Datum summary_of_receipt(const Receipt *receipt);

#endif /* PG_RECEIPTS_SUMMARYCOLLECT_H */
