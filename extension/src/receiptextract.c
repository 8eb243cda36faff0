/*
 * receiptextract.c
 *	  SQL function receipt_parse(): the fields of a receipt as columns.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "itempack.h"
#include "limits.h"
#include "numericmake.h"
#include "receiptcall.h"
#include "receiptparse.h"
#include "summarycollect.h"
#include "summaryencode.h"

/* Columns of the row. */
enum
{
	COLUMN_TRANSACTION_ID,
	COLUMN_PLACE_ID,
	COLUMN_PLACE_NAME,
	COLUMN_OCCURRED_AT,
	COLUMN_TOTAL_AMOUNT,
	COLUMN_NDS_AMOUNT,
	COLUMN_TIPS_AMOUNT,
	COLUMN_PAYMENT_METHOD,
	COLUMN_ITEMS,
	COLUMN_SUMMARY,
	COLUMN_ERRORS,
	COLUMN_WARNINGS,
	NCOLUMNS
};

/* The shape of the row and a model of its items, made once per query. */
typedef struct ExtractCache
{
	TupleDesc row;
	HeapTupleHeader item_model;
} ExtractCache;

PG_FUNCTION_INFO_V1(receipt_parse_text);
PG_FUNCTION_INFO_V1(receipt_parse_bytea);

/* Look up the shape of the row and make a model of its items. */
static const ExtractCache *
get_cache(FunctionCallInfo fcinfo)
{
	FmgrInfo *flinfo = fcinfo->flinfo;
	ExtractCache *cache = flinfo->fn_extra;
	MemoryContext caller;

	if (cache != NULL)
		return cache;
	caller = MemoryContextSwitchTo(flinfo->fn_mcxt);
	cache = palloc(sizeof(ExtractCache));
	cache->row = call_lookup_result(fcinfo);
	cache->item_model = items_make_model(lookup_rowtype_tupdesc_copy(
		get_element_type(TupleDescAttr(cache->row, COLUMN_ITEMS)->atttypid), -1));
	MemoryContextSwitchTo(caller);
	flinfo->fn_extra = cache;
	return cache;
}

/* Money as a numeric. */
static Datum
money(int64 value)
{
	return numeric_make(value, MONEY_DECIMALS, MONEY_DECIMALS);
}

/* Set the columns that only a receipt without errors has. */
static void
set_columns(Datum *values, bool *nulls, const Receipt *receipt,
            const HeapTupleHeaderData *item_model)
{
	memset(nulls + COLUMN_OCCURRED_AT, false, COLUMN_SUMMARY - COLUMN_OCCURRED_AT + 1);
	call_set_text(values, nulls, COLUMN_PLACE_NAME, &receipt->place.place_name);
	values[COLUMN_OCCURRED_AT] = TimestampTzGetDatum(receipt->occurred_at);
	values[COLUMN_TOTAL_AMOUNT] = money(receipt->total_amount);
	values[COLUMN_NDS_AMOUNT] = money(receipt->nds_amount);
	values[COLUMN_TIPS_AMOUNT] = money(receipt->tips_amount);
	call_set_text(values, nulls, COLUMN_PAYMENT_METHOD, &receipt->payment_method);
	values[COLUMN_ITEMS] = items_pack(item_model, receipt);
	values[COLUMN_SUMMARY] = summary_of_receipt(receipt);
}

/* Return the fields of a receipt, or its errors. */
static Datum
receipt_parse(FunctionCallInfo fcinfo, ReceiptSource source)
{
	const ExtractCache *cache;
	ReceiptRequest request;
	Receipt receipt;
	ProblemList problems;
	Datum values[NCOLUMNS];
	bool nulls[NCOLUMNS];

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	cache = get_cache(fcinfo);
	call_read_receipt(fcinfo, source, &request);
	call_read_defaults(fcinfo, &request);
	request.keep_items = true;
	receipt_read(&request, &receipt, &problems);

	memset(nulls, true, sizeof(nulls));
	call_set_text(values, nulls, COLUMN_TRANSACTION_ID, &receipt.transaction_id);
	call_set_text(values, nulls, COLUMN_PLACE_ID, &receipt.place.place_id);
	if (problems.errors == 0)
		set_columns(values, nulls, &receipt, cache->item_model);
	call_set_problems(values, nulls, COLUMN_ERRORS, &problems);
	return call_return_row(cache->row, values, nulls);
}

/* SQL: receipt_parse(text, ...) */
Datum
receipt_parse_text(PG_FUNCTION_ARGS)
{
	return receipt_parse(fcinfo, SOURCE_TEXT);
}

/* SQL: receipt_parse(bytea, ...) */
Datum
receipt_parse_bytea(PG_FUNCTION_ARGS)
{
	return receipt_parse(fcinfo, SOURCE_BYTEA);
}
