/*
 * summaryjson.c
 *	  A receipt_summary as the analytics object of the API.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "decimalformat.h"
#include "jsontext.h"
#include "limits.h"
#include "summarydecode.h"

PG_FUNCTION_INFO_V1(receipt_summary_to_json);
PG_FUNCTION_INFO_V1(receipt_summary_to_jsonb);

/* Write a member with an amount. */
static void
write_money(StringInfo out, const char *name, int128 amount)
{
	appendStringInfo(out, "\"%s\": ", name);
	decimal_write(out, amount, MONEY_DECIMALS, MONEY_DECIMALS);
}

/* Write a member with an amount that there is only with receipts. */
static void
write_money_or_null(StringInfo out, const char *name, int128 amount, int64 purchases)
{
	if (purchases == 0)
		appendStringInfo(out, "\"%s\": null", name);
	else
		write_money(out, name, amount);
}

/* Write the name of a category or payment method, and the begin of its object. */
static void
begin_entry(StringInfo out, const SummaryEntry *entry, bool first)
{
	JsonText name = {.bytes = entry->key, .length = entry->key_length, .escaped = true};

	if (!first)
		appendStringInfoString(out, ", ");
	json_text_write(out, &name);
	appendStringInfoString(out, ": {");
}

/* Write a category. */
static void
write_category(StringInfo out, const SummaryEntry *entry, bool first)
{
	begin_entry(out, entry, first);
	write_money(out, "total_spent", entry->amount);
	appendStringInfoString(out, ", ");
	write_money(out, "average_receipt",
	            divide_half_away(entry->amount, entry->receipts));
	appendStringInfo(
		out, ", \"receipts\": " INT64_FORMAT ", \"quantity\": ", entry->receipts);
	decimal_write(out, entry->quantity, QUANTITY_DECIMALS, 0);
	appendStringInfoChar(out, '}');
}

/* Write a payment method. */
static void
write_payment_method(StringInfo out, const SummaryEntry *entry, bool first)
{
	begin_entry(out, entry, first);
	appendStringInfo(out, "\"receipts\": " INT64_FORMAT ", ", entry->receipts);
	write_money(out, "total_amount", entry->amount);
	appendStringInfoChar(out, '}');
}

/* Write the figures of all receipts together. */
static void
write_totals(StringInfo out, const SummaryTotals *totals)
{
	int128 average = 0;

	if (totals->purchases > 0)
		average = divide_half_away(totals->total_amount, totals->purchases);
	appendStringInfo(out, "{\"total_purchases\": " INT64_FORMAT ", ",
	                 totals->purchases);
	write_money_or_null(out, "average_receipt", average, totals->purchases);
	appendStringInfoString(out, ", ");
	write_money(out, "total_amount", totals->total_amount);
	appendStringInfoString(out, ", ");
	write_money_or_null(out, "min_receipt", totals->min_receipt, totals->purchases);
	appendStringInfoString(out, ", ");
	write_money_or_null(out, "max_receipt", totals->max_receipt, totals->purchases);
	appendStringInfoString(out, ", \"taxes_amount\": {");
	write_money(out, "total_nds", totals->total_nds);
	appendStringInfoString(out, ", ");
	write_money(out, "total_tips", totals->total_tips);
	appendStringInfoChar(out, '}');
}

/* Write a summary as JSON. */
static void
write_summary(StringInfo out, const Summary *summary)
{
	write_totals(out, &summary->totals);
	appendStringInfoString(out, ", \"category_analytics\": {");
	for (int i = 0; i < summary->categories.count; i++)
		write_category(out, &summary->categories.entries[i], i == 0);
	appendStringInfoString(out, "}, \"payment_analytics\": {");
	for (int i = 0; i < summary->payment_methods.count; i++)
		write_payment_method(out, &summary->payment_methods.entries[i], i == 0);
	appendStringInfoString(out, "}}");
}

/* SQL: cast to json */
Datum
receipt_summary_to_json(PG_FUNCTION_ARGS)
{
	Summary summary;
	StringInfoData out;

	summary_decode(PG_GETARG_DATUM(0), &summary);
	initStringInfo(&out);
	write_summary(&out, &summary);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/* SQL: cast to jsonb */
Datum
receipt_summary_to_jsonb(PG_FUNCTION_ARGS)
{
	Summary summary;
	StringInfoData out;

	summary_decode(PG_GETARG_DATUM(0), &summary);
	initStringInfo(&out);
	write_summary(&out, &summary);
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data)));
}
