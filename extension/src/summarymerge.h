/*
 * summarymerge.h
 *	  Two summaries into one.
 */
#ifndef PG_RECEIPTS_SUMMARYMERGE_H
#define PG_RECEIPTS_SUMMARYMERGE_H

#include "summary.h"

extern void summary_merge(const Summary *a, const Summary *b, Summary *result);

#endif /* PG_RECEIPTS_SUMMARYMERGE_H */
