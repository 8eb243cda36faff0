/*
 * placeparse.h
 *	  The place of a receipt: read where it is nested, and settle it.
 */
#ifndef PG_RECEIPTS_PLACEPARSE_H
#define PG_RECEIPTS_PLACEPARSE_H

#include "fieldread.h"

extern bool read_place(ReceiptParser *parser, const Field *field);
extern void check_place(ReceiptParser *parser);
extern void resolve_place(Receipt *receipt, const ReceiptPlace *defaults);

#endif /* PG_RECEIPTS_PLACEPARSE_H */
