/*
 * summaryread.c
 *	  The figures of a receipt_summary as SQL values: one each, or a row for
 *	  each category and payment method.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "decimalformat.h"
#include "limits.h"
#include "numericmake.h"
#include "summarydecode.h"

PG_FUNCTION_INFO_V1(receipt_summary_purchases);
PG_FUNCTION_INFO_V1(receipt_summary_total_amount);
PG_FUNCTION_INFO_V1(receipt_summary_total_nds);
PG_FUNCTION_INFO_V1(receipt_summary_total_tips);
PG_FUNCTION_INFO_V1(receipt_summary_average_receipt);
PG_FUNCTION_INFO_V1(receipt_summary_min_receipt);
PG_FUNCTION_INFO_V1(receipt_summary_max_receipt);
PG_FUNCTION_INFO_V1(receipt_summary_categories);
PG_FUNCTION_INFO_V1(receipt_summary_payment_methods);

#define MONEY_DATUM(amount) numeric_make(amount, MONEY_DECIMALS, MONEY_DECIMALS)

/* SQL: purchases(receipt_summary) */
Datum
receipt_summary_purchases(PG_FUNCTION_ARGS)
{
	SummaryTotals totals;

	summary_decode_totals(PG_GETARG_DATUM(0), &totals);
	PG_RETURN_INT64(totals.purchases);
}

/* SQL: total_amount(receipt_summary) */
Datum
receipt_summary_total_amount(PG_FUNCTION_ARGS)
{
	SummaryTotals totals;

	summary_decode_totals(PG_GETARG_DATUM(0), &totals);
	PG_RETURN_DATUM(MONEY_DATUM(totals.total_amount));
}

/* SQL: total_nds(receipt_summary) */
Datum
receipt_summary_total_nds(PG_FUNCTION_ARGS)
{
	SummaryTotals totals;

	summary_decode_totals(PG_GETARG_DATUM(0), &totals);
	PG_RETURN_DATUM(MONEY_DATUM(totals.total_nds));
}

/* SQL: total_tips(receipt_summary) */
Datum
receipt_summary_total_tips(PG_FUNCTION_ARGS)
{
	SummaryTotals totals;

	summary_decode_totals(PG_GETARG_DATUM(0), &totals);
	PG_RETURN_DATUM(MONEY_DATUM(totals.total_tips));
}

/* SQL: average_receipt(receipt_summary); null without receipts */
Datum
receipt_summary_average_receipt(PG_FUNCTION_ARGS)
{
	SummaryTotals totals;

	summary_decode_totals(PG_GETARG_DATUM(0), &totals);
	if (totals.purchases == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(
		MONEY_DATUM(divide_half_away(totals.total_amount, totals.purchases)));
}

/* SQL: min_receipt(receipt_summary); null without receipts */
Datum
receipt_summary_min_receipt(PG_FUNCTION_ARGS)
{
	SummaryTotals totals;

	summary_decode_totals(PG_GETARG_DATUM(0), &totals);
	if (totals.purchases == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(MONEY_DATUM(totals.min_receipt));
}

/* SQL: max_receipt(receipt_summary); null without receipts */
Datum
receipt_summary_max_receipt(PG_FUNCTION_ARGS)
{
	SummaryTotals totals;

	summary_decode_totals(PG_GETARG_DATUM(0), &totals);
	if (totals.purchases == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(MONEY_DATUM(totals.max_receipt));
}

/* SQL: categories(receipt_summary) */
Datum
receipt_summary_categories(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Summary summary;

	InitMaterializedSRF(fcinfo, 0);
	summary_decode(PG_GETARG_DATUM(0), &summary);
	for (int i = 0; i < summary.categories.count; i++)
	{
		const SummaryEntry *entry = &summary.categories.entries[i];
		Datum values[] = {
			PointerGetDatum(cstring_to_text_with_len(entry->key, entry->key_length)),
			Int64GetDatum(entry->receipts),
			numeric_make(entry->quantity, QUANTITY_DECIMALS, 0),
			MONEY_DATUM(entry->amount),
			MONEY_DATUM(divide_half_away(entry->amount, entry->receipts))};
		bool nulls[lengthof(values)] = {false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* SQL: payment_methods(receipt_summary) */
Datum
receipt_summary_payment_methods(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Summary summary;

	InitMaterializedSRF(fcinfo, 0);
	summary_decode(PG_GETARG_DATUM(0), &summary);
	for (int i = 0; i < summary.payment_methods.count; i++)
	{
		const SummaryEntry *entry = &summary.payment_methods.entries[i];
		Datum values[] = {
			PointerGetDatum(cstring_to_text_with_len(entry->key, entry->key_length)),
			Int64GetDatum(entry->receipts), MONEY_DATUM(entry->amount)};
		bool nulls[lengthof(values)] = {false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
