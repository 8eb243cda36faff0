/*
 * receiptcall.h
 *	  What the SQL functions that read a receipt have in common: their
 *	  arguments and the row they return.
 */
#ifndef PG_RECEIPTS_RECEIPTCALL_H
#define PG_RECEIPTS_RECEIPTCALL_H

#include "fmgr.h"

#include "receipt.h"

/* How the receipt is given. */
typedef enum ReceiptSource
{
	SOURCE_TEXT,
	SOURCE_BYTEA
} ReceiptSource;

extern void call_read_receipt(FunctionCallInfo fcinfo, ReceiptSource source,
                              ReceiptRequest *request);
extern void call_read_defaults(FunctionCallInfo fcinfo, ReceiptRequest *request);
extern TupleDesc call_lookup_result(FunctionCallInfo fcinfo);
extern Datum call_return_row(TupleDesc desc, Datum *values, bool *nulls);
extern void call_set_text(Datum *values, bool *nulls, int index, const JsonText *text);
extern void call_set_problems(Datum *values, bool *nulls, int errors_index,
                              const ProblemList *problems);

#endif /* PG_RECEIPTS_RECEIPTCALL_H */
