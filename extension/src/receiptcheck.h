/*
 * receiptcheck.h
 *	  What can be judged only of a whole receipt: rules of arithmetic and time.
 */
#ifndef PG_RECEIPTS_RECEIPTCHECK_H
#define PG_RECEIPTS_RECEIPTCHECK_H

#include "problemlist.h"
#include "receipt.h"

extern bool within_future_limit(TimestampTz instant);
extern void check_total_amount(const Receipt *receipt, ProblemList *problems);
extern void check_nds_amount(const Receipt *receipt, ProblemList *problems);

#endif /* PG_RECEIPTS_RECEIPTCHECK_H */
