/*
 * receiptcanonical.h
 *	  Write a receipt in canonical JSON.
 *
 * Two receipts that say the same, however they are spelled, have the same
 * canonical bytes; so their digests can be compared.
 */
#ifndef PG_RECEIPTS_RECEIPTCANONICAL_H
#define PG_RECEIPTS_RECEIPTCANONICAL_H

#include "receipt.h"

extern void receipt_write_canonical(StringInfo out, const Receipt *receipt);

#endif /* PG_RECEIPTS_RECEIPTCANONICAL_H */
