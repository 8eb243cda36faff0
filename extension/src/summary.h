/*
 * summary.h
 *	  Receipts added up: the figures of a receipt_summary in memory.
 *
 * Amounts are 128-bit integers in hundredths, quantities at 6 decimals: room
 * for 10^20 receipts of the greatest amount.  No sum ever wraps around: each
 * addition is checked.
 *
 * The same figures live in four shapes.  A Summary (here) has its maps as
 * sorted arrays; summaryencode.c and summarydecode.c turn it into the bytes
 * of the type and back; a SummaryState (summarycollect.h) has hash maps that
 * grow while rows come in.
 */
#ifndef PG_RECEIPTS_SUMMARY_H
#define PG_RECEIPTS_SUMMARY_H

/* Figures of a category or of a payment method. */
typedef struct SummaryEntry
{
	const char *key; /* not terminated */
	int key_length;
	int64 receipts;
	int128 amount;
	int128 quantity; /* of a category; 0 for a payment method */
} SummaryEntry;

/* Entries in ascending order of key bytes, no key twice. */
typedef struct SummaryMap
{
	int count;
	SummaryEntry *entries;
} SummaryMap;

/* Figures of all receipts together; all 0 without receipts. */
typedef struct SummaryTotals
{
	int64 purchases;
	int128 total_amount;
	int128 total_nds;
	int128 total_tips;
	int128 min_receipt;
	int128 max_receipt;
} SummaryTotals;

typedef struct Summary
{
	SummaryTotals totals;
	SummaryMap categories;
	SummaryMap payment_methods;
} Summary;

/* The figures of one receipt beside its items. */
typedef struct SummaryReceipt
{
	int64 total_amount;
	int64 nds_amount;
	int64 tips_amount;
} SummaryReceipt;

extern void summary_add_count(int64 *sum, int64 count);
extern void summary_add_amount(int128 *sum, int128 amount);
extern void summary_add_entry(SummaryEntry *sum, const SummaryEntry *entry);
extern void summary_add_totals(SummaryTotals *sum, const SummaryTotals *totals);
extern void summary_add_receipt(SummaryTotals *sum, const SummaryReceipt *receipt);
extern int summary_entry_compare(const SummaryEntry *a, const SummaryEntry *b);
extern const char *summary_check(const Summary *summary);

#endif /* PG_RECEIPTS_SUMMARY_H */
