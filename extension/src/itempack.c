/*
 * itempack.c
 *	  Items as an array of receipt_item, written in place.
 *
 * By heap_form_tuple() and construct_array() every text and number would be
 * made by itself, copied into a tuple of its own and then into the array; that
 * took a fifth of receipt_parse().  The bytes are the same as theirs; what stands
 * in a tuple's header is for PostgreSQL to say, so it is copied from a tuple
 * that PostgreSQL has made.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "itempack.h"
#include "limits.h"
#include "numericmake.h"

/* Columns of receipt_item. */
enum
{
	PRODUCT_ID,
	QUANTITY,
	PRICE,
	CATEGORY,
	NCOLUMNS
};

/* Bytes of a header without a bitmap of nulls. */
#define HEADER_BYTES MAXALIGN(SizeofHeapTupleHeader)

/* Bytes that an item needs at most beside those of its texts. */
#define MAX_ITEM_BYTES                                                                 \
	(HEADER_BYTES + 2 * NUMERIC_MAX_PACKED + 2 * (VARHDRSZ + ALIGNOF_INT) +            \
	 MAXIMUM_ALIGNOF)

/* Make an item whose header serves all items: none of its columns is null. */
HeapTupleHeader
items_make_model(TupleDesc desc)
{
	Datum empty = PointerGetDatum(cstring_to_text(""));
	Datum zero = numeric_make(0, 0, 0);
	Datum values[NCOLUMNS] = {
		[PRODUCT_ID] = empty, [QUANTITY] = zero, [PRICE] = zero, [CATEGORY] = empty};
	bool nulls[NCOLUMNS] = {false};

	Assert(desc->natts == NCOLUMNS);
	return heap_form_tuple(desc, values, nulls)->t_data;
}

/* Bytes that the array can need at most. */
static Size
items_bound(const Receipt *receipt)
{
	Size bound = ARR_OVERHEAD_NONULLS(1) + receipt->nitems * MAX_ITEM_BYTES;

	for (int i = 0; i < receipt->nitems; i++)
		bound +=
			receipt->items[i].product_id.length + receipt->items[i].category.length;
	return bound;
}

/* Write a text as an attribute: a long one is aligned; returns the place behind. */
static inline char *
put_text(char *p, const JsonText *text)
{
	if (text->length + VARHDRSZ_SHORT <= VARATT_SHORT_MAX)
	{
		SET_VARSIZE_SHORT(p, text->length + VARHDRSZ_SHORT);
		p += VARHDRSZ_SHORT;
	}
	else
	{
		p = (char *) INTALIGN(p);
		SET_VARSIZE(p, text->length + VARHDRSZ);
		p += VARHDRSZ;
	}
	memcpy(p, text->bytes, text->length);
	return p + text->length;
}

/* Write an item as a tuple into zeroed bytes; returns the place behind it. */
static char *
put_item(char *start, const HeapTupleHeaderData *model, const ReceiptItem *item)
{
	char *p = start + HEADER_BYTES;

	memcpy(start, model, HEADER_BYTES);
	p = put_text(p, &item->product_id);
	p = numeric_put_packed(p, item->quantity, QUANTITY_DECIMALS, 0);
	p = numeric_put_packed(p, item->price, PRICE_DECIMALS, MONEY_DECIMALS);
	p = put_text(p, &item->category);
	HeapTupleHeaderSetDatumLength((HeapTupleHeader) start, p - start);
	return p;
}

/*
 * The items of a receipt, of which there is at least one, as a receipt_item[];
 * their headers are as the model's.
 */
Datum
items_pack(const HeapTupleHeaderData *model, const Receipt *receipt)
{
	ArrayType *array = palloc0(items_bound(receipt));
	char *p = (char *) array + ARR_OVERHEAD_NONULLS(1);

	array->ndim = 1;
	array->elemtype = HeapTupleHeaderGetTypeId(model);
	ARR_DIMS(array)[0] = receipt->nitems;
	ARR_LBOUND(array)[0] = 1;
	for (int i = 0; i < receipt->nitems; i++)
		p = (char *) MAXALIGN(put_item(p, model, &receipt->items[i]));
	SET_VARSIZE(array, p - (char *) array);
	return PointerGetDatum(array);
}
