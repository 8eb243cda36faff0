/*
 * limits.h
 *	  Every limit of a receipt in one place, with what it bounds.
 */
#ifndef PG_RECEIPTS_LIMITS_H
#define PG_RECEIPTS_LIMITS_H

/* Bytes of a receipt; bounds the memory that any input can take. */
#define RECEIPT_MAX_BYTES (16 * 1024 * 1024)

/* Nesting of objects and arrays; bounds the stack of open containers. */
#define RECEIPT_MAX_DEPTH 32

/* Items of a receipt. */
#define RECEIPT_MAX_ITEMS 10000

/* Characters of a string; place names may be longer. */
#define RECEIPT_MAX_STRING 128
#define RECEIPT_MAX_PLACE_NAME 256

/*
 * Numbers as integers of a fixed scale: digits before and after the point.
 * Together at most 18, so that every value fits an int64.
 */
#define MONEY_WHOLE_DIGITS 15
#define MONEY_DECIMALS 2
#define PRICE_WHOLE_DIGITS 12
#define PRICE_DECIMALS 4
#define QUANTITY_WHOLE_DIGITS 9
#define QUANTITY_DECIMALS 6

/* Problems reported of one receipt; bounds work and answer for hostile input. */
#define MAX_PROBLEMS 100

/* Bytes of the receipt's own text quoted in a message or in a pointer's step. */
#define MAX_QUOTED_BYTES 64
#define MAX_POINTER_STEP_BYTES 128

/*
 * Numbers of unknown fields are kept as written, but must fit PostgreSQL's
 * numeric, so that a canonical receipt can always be cast to jsonb.
 */
#define NUMERIC_WHOLE_DIGITS 131072
#define NUMERIC_FRACTION_DIGITS 16383

/* The place of a receipt that names none, when the caller names none either. */
#define UNASSIGNED_PLACE "unassigned"

#endif /* PG_RECEIPTS_LIMITS_H */
