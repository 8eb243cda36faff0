/*
 * receipt.h
 *	  A receipt as it was read, and the request to read one.
 *
 * Strings point into the text that was read, which must outlive the receipt.
 * Amounts are integers of a fixed scale (see limits.h): money in hundredths,
 * prices at 4 decimals, quantities at 6.
 */
#ifndef PG_RECEIPTS_RECEIPT_H
#define PG_RECEIPTS_RECEIPT_H

#include "datatype/timestamp.h"
#include "pgtime.h"

#include "jsonmembers.h"
#include "jsontext.h"
#include "problemlist.h"

/* Items kept without an allocation: most receipts have fewer. */
#define RECEIPT_FEW_ITEMS 8

/* Unknown members of one object: a slice of Receipt.unknown. */
typedef struct MemberRange
{
	int start;
	int count;
} MemberRange;

typedef struct ReceiptItem
{
	JsonText product_id;
	JsonText category;
	int64 quantity;
	int64 price;
	int128 spent; /* the line's sum, in hundredths */
	MemberRange unknown;
} ReceiptItem;

typedef struct ReceiptPlace
{
	JsonText place_id;
	JsonText place_name;
} ReceiptPlace;

typedef struct Receipt
{
	JsonText transaction_id; /* bytes NULL: absent or not valid */
	ReceiptPlace place;      /* as given, after the end: as resolved */
	ReceiptPlace nested;     /* of the member "place" */
	bool place_given;
	TimestampTz occurred_at;
	bool zone_given;
	JsonText payment_method;
	int64 total_amount;
	int64 nds_amount;
	int64 tips_amount;
	int128 items_sum;
	bool items_valid; /* items_sum is the sum of all items */
	int nitems;       /* as many as there are, even if not all are kept */
	ReceiptItem *items;
	MemberRange unknown; /* of the receipt itself */

	/* what backs the above */
	JsonMembers members;   /* unknown members, by MemberRange */
	StringInfoData values; /* their values; data NULL: none kept */
	int items_allocated;
	ReceiptItem few_items[RECEIPT_FEW_ITEMS];
} Receipt;

typedef struct ReceiptRequest
{
	const char *bytes;
	int length;
	bool check_encoding; /* bytes that PostgreSQL has not checked to be UTF-8 */
	bool keep_items;     /* fill Receipt.items */
	bool keep_unknown;   /* keep unknown members for the canonical form */
	int problem_limit;   /* stop after so many errors */

	/* defaults; bytes NULL: none */
	ReceiptPlace place;
	pg_tz *zone;
} ReceiptRequest;

#endif /* PG_RECEIPTS_RECEIPT_H */
