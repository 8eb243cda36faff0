/*
 * itemparse.h
 *	  Read the items of a receipt.
 */
#ifndef PG_RECEIPTS_ITEMPARSE_H
#define PG_RECEIPTS_ITEMPARSE_H

#include "fieldread.h"

extern bool read_items(ReceiptParser *parser, const Field *field);
extern int128 item_line_sum(int64 quantity, int64 price);
extern MemberRange keep_closed_members(ReceiptParser *parser);

#endif /* PG_RECEIPTS_ITEMPARSE_H */
