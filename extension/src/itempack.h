/*
 * itempack.h
 *	  Items as an array of receipt_item.
 */
#ifndef PG_RECEIPTS_ITEMPACK_H
#define PG_RECEIPTS_ITEMPACK_H

#include "access/htup.h"
#include "access/tupdesc.h"

#include "receipt.h"

extern HeapTupleHeader items_make_model(TupleDesc desc);
extern Datum items_pack(const HeapTupleHeaderData *model, const Receipt *receipt);

#endif /* PG_RECEIPTS_ITEMPACK_H */
