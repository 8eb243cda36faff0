/*
 * summarydecode.h
 *	  The bytes of a receipt_summary to figures.
 *
 * Nothing about the bytes is trusted: every length, order, version and
 * trailing byte is checked, also of what was read from a table.
 */
#ifndef PG_RECEIPTS_SUMMARYDECODE_H
#define PG_RECEIPTS_SUMMARYDECODE_H

#include "summary.h"

extern const char *summary_decode_bytes(const char *bytes, int length,
                                        Summary *summary);
extern void summary_decode(Datum datum, Summary *summary);
extern void summary_decode_totals(Datum datum, SummaryTotals *totals);

#endif /* PG_RECEIPTS_SUMMARYDECODE_H */
