/*
 * summaryencode.h
 *	  Figures to the bytes of a receipt_summary.
 *
 * The bytes, version 1 (numbers as in varint.h):
 *
 *	  1 byte		version
 *	  count			purchases; if 0, this is the end
 *	  5 signed		total amount, total NDS, total tips, smallest and
 *					greatest receipt, in hundredths
 *	  count			categories; of each, in ascending order of the name's bytes:
 *		  count, bytes	length and bytes of the name
 *		  count			receipts
 *		  signed		amount in hundredths
 *		  signed		quantity at 6 decimals
 *	  count			payment methods; of each the same, without a quantity
 *
 * Same figures, same bytes: equality of summaries is equality of bytes.
 */
#ifndef PG_RECEIPTS_SUMMARYENCODE_H
#define PG_RECEIPTS_SUMMARYENCODE_H

#include "summary.h"

#define SUMMARY_FORMAT_VERSION 1

extern bytea *summary_encode(const Summary *summary);

#endif /* PG_RECEIPTS_SUMMARYENCODE_H */
