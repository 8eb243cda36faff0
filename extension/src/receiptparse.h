/*
 * receiptparse.h
 *	  Read a receipt and judge it, in one pass over its text.
 */
#ifndef PG_RECEIPTS_RECEIPTPARSE_H
#define PG_RECEIPTS_RECEIPTPARSE_H

#include "problemlist.h"
#include "receipt.h"

extern void receipt_read(const ReceiptRequest *request, Receipt *receipt,
                         ProblemList *problems);

#endif /* PG_RECEIPTS_RECEIPTPARSE_H */
