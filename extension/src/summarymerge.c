/*
 * summarymerge.c
 *	  Two summaries into one, and the SQL operators on two summaries.
 */
#include "postgres.h"

#include "fmgr.h"

#include "summarydecode.h"
#include "summaryencode.h"
#include "summarymerge.h"

PG_FUNCTION_INFO_V1(receipt_summary_add);
PG_FUNCTION_INFO_V1(receipt_summary_eq);
PG_FUNCTION_INFO_V1(receipt_summary_ne);

/* Merge two maps: both are sorted, so the result is. */
static void
merge_maps(const SummaryMap *a, const SummaryMap *b, SummaryMap *result)
{
	SummaryEntry *out;
	int i = 0;
	int j = 0;

	result->entries = palloc_extended(
		((Size) a->count + b->count) * sizeof(SummaryEntry), MCXT_ALLOC_HUGE);
	out = result->entries;
	while (i < a->count && j < b->count)
	{
		int order = summary_entry_compare(&a->entries[i], &b->entries[j]);

		*out = order <= 0 ? a->entries[i++] : b->entries[j++];
		if (order == 0)
			summary_add_entry(out, &b->entries[j++]);
		out++;
	}
	while (i < a->count)
		*out++ = a->entries[i++];
	while (j < b->count)
		*out++ = b->entries[j++];
	result->count = out - result->entries;
}

/* Merge two summaries; the result's keys point to theirs. */
void
summary_merge(const Summary *a, const Summary *b, Summary *result)
{
	result->totals = a->totals;
	summary_add_totals(&result->totals, &b->totals);
	merge_maps(&a->categories, &b->categories, &result->categories);
	merge_maps(&a->payment_methods, &b->payment_methods, &result->payment_methods);
}

/* SQL: receipt_summary + receipt_summary */
Datum
receipt_summary_add(PG_FUNCTION_ARGS)
{
	Summary a, b, sum;

	summary_decode(PG_GETARG_DATUM(0), &a);
	summary_decode(PG_GETARG_DATUM(1), &b);
	summary_merge(&a, &b, &sum);
	PG_RETURN_BYTEA_P(summary_encode(&sum));
}

/* Whether two summaries have the same bytes, so the same figures. */
static bool
summaries_equal(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);
	struct varlena *b = PG_GETARG_VARLENA_PP(1);
	Size length = VARSIZE_ANY_EXHDR(a);

	return length == VARSIZE_ANY_EXHDR(b) &&
	       memcmp(VARDATA_ANY(a), VARDATA_ANY(b), length) == 0;
}

/* SQL: receipt_summary = receipt_summary */
Datum
receipt_summary_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(summaries_equal(fcinfo));
}

/* SQL: receipt_summary <> receipt_summary */
Datum
receipt_summary_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!summaries_equal(fcinfo));
}
