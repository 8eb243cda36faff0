/*
 * summary.c
 *	  Receipts added up: checked additions, and what holds for all figures.
 */
#include "postgres.h"

#include "common/int.h"

#include "summary.h"

/* Raise the error of a sum that does not fit. */
static void
raise_overflow(void)
{
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
	                errmsg("receipt_summary out of range")));
}

/* Add to a count of receipts. */
void
summary_add_count(int64 *sum, int64 count)
{
	if (unlikely(pg_add_s64_overflow(*sum, count, sum)))
		raise_overflow();
}

/* Add to an amount or a quantity. */
void
summary_add_amount(int128 *sum, int128 amount)
{
	if (unlikely(__builtin_add_overflow(*sum, amount, sum)))
		raise_overflow();
}

/* Add the figures of an entry to those of another of the same key. */
void
summary_add_entry(SummaryEntry *sum, const SummaryEntry *entry)
{
	summary_add_count(&sum->receipts, entry->receipts);
	summary_add_amount(&sum->amount, entry->amount);
	summary_add_amount(&sum->quantity, entry->quantity);
}

/* Add totals; those of no receipts leave the extremes alone. */
void
summary_add_totals(SummaryTotals *sum, const SummaryTotals *totals)
{
	if (totals->purchases == 0)
		return;
	if (sum->purchases == 0)
	{
		*sum = *totals;
		return;
	}
	summary_add_count(&sum->purchases, totals->purchases);
	summary_add_amount(&sum->total_amount, totals->total_amount);
	summary_add_amount(&sum->total_nds, totals->total_nds);
	summary_add_amount(&sum->total_tips, totals->total_tips);
	sum->min_receipt = Min(sum->min_receipt, totals->min_receipt);
	sum->max_receipt = Max(sum->max_receipt, totals->max_receipt);
}

/* Add one receipt. */
void
summary_add_receipt(SummaryTotals *sum, const SummaryReceipt *receipt)
{
	SummaryTotals one = {.purchases = 1,
	                     .total_amount = receipt->total_amount,
	                     .total_nds = receipt->nds_amount,
	                     .total_tips = receipt->tips_amount,
	                     .min_receipt = receipt->total_amount,
	                     .max_receipt = receipt->total_amount};

	summary_add_totals(sum, &one);
}

/* Order entries by the bytes of their keys, the shorter first. */
int
summary_entry_compare(const SummaryEntry *a, const SummaryEntry *b)
{
	int order = memcmp(a->key, b->key, Min(a->key_length, b->key_length));

	return order != 0 ? order : a->key_length - b->key_length;
}

/* Check a map: ascending keys, and counts that the purchases allow. */
static const char *
check_map(const SummaryMap *map, int64 purchases)
{
	for (int i = 0; i < map->count; i++)
	{
		const SummaryEntry *entry = &map->entries[i];

		if (entry->receipts < 1 || entry->receipts > purchases)
			return "an entry counts less than one receipt or more than all";
		if (i > 0 && summary_entry_compare(entry - 1, entry) >= 0)
			return "the keys are not in ascending order";
	}
	return NULL;
}

/* Check that each receipt has at most one payment method. */
static const char *
check_payment_methods(const SummaryMap *map, int64 purchases)
{
	int64 rest = purchases;

	for (int i = 0; i < map->count; i++)
	{
		if (map->entries[i].receipts > rest)
			return "the payment methods count more receipts than there are";
		rest -= map->entries[i].receipts;
	}
	return NULL;
}

/*
 * Check figures that come from outside; NULL, or what is wrong.  Whatever
 * passes has one representation only and can be worked with safely.
 */
const char *
summary_check(const Summary *summary)
{
	const SummaryTotals *totals = &summary->totals;
	const char *wrong = NULL;

	if (totals->purchases < 0)
		return "the number of receipts is negative";
	if (totals->purchases == 0 &&
	    (totals->total_amount != 0 || totals->total_nds != 0 ||
	     totals->total_tips != 0 || totals->min_receipt != 0 ||
	     totals->max_receipt != 0))
		return "there are amounts without receipts";
	if (totals->min_receipt > totals->max_receipt)
		return "the smallest receipt is above the greatest";
	wrong = check_map(&summary->categories, totals->purchases);
	if (wrong == NULL)
		wrong = check_map(&summary->payment_methods, totals->purchases);
	if (wrong == NULL)
		wrong = check_payment_methods(&summary->payment_methods, totals->purchases);
	return wrong;
}
