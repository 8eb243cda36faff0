/*
 * summaryagg.c
 *	  The aggregates receipt_summary_agg() and merge(): what PostgreSQL calls
 *	  for each row, at the end, and between parallel workers.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupmacs.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "decimalformat.h"
#include "limits.h"
#include "numericread.h"
#include "summarycollect.h"
#include "summarydecode.h"
#include "summaryencode.h"

PG_FUNCTION_INFO_V1(receipt_summary_agg_transition);
PG_FUNCTION_INFO_V1(receipt_summary_merge_transition);
PG_FUNCTION_INFO_V1(receipt_summary_final);
PG_FUNCTION_INFO_V1(receipt_summary_combine);
PG_FUNCTION_INFO_V1(receipt_summary_serialize);
PG_FUNCTION_INFO_V1(receipt_summary_deserialize);

/* Arguments of receipt_summary_agg_transition(). */
enum
{
	ARG_STATE,
	ARG_TOTAL_AMOUNT,
	ARG_NDS_AMOUNT,
	ARG_TIPS_AMOUNT,
	ARG_PAYMENT_METHOD,
	ARG_ITEMS
};

/* Fields of receipt_item. */
enum
{
	ITEM_PRODUCT_ID,
	ITEM_QUANTITY,
	ITEM_PRICE,
	ITEM_CATEGORY,
	NITEM_FIELDS
};

/* From hundredths of 10^-8, the scale of quantity times price, to hundredths. */
#define LINE_SUM_DIVISOR 100000000

/* The shape of receipt_item, looked up once per query. */
typedef struct ItemShape
{
	TupleDesc desc;
	int16 length;
	bool by_value;
	char align;
} ItemShape;

/* The memory of the aggregate's state; the support functions serve nothing else. */
static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	return context;
}

/* The state among the arguments, or a new one. */
static SummaryState *
get_state(FunctionCallInfo fcinfo, MemoryContext context)
{
	if (PG_ARGISNULL(ARG_STATE))
		return state_create(context);
	return (SummaryState *) PG_GETARG_POINTER(ARG_STATE);
}

/* Look up the shape of the items' type. */
static ItemShape *
get_item_shape(FunctionCallInfo fcinfo, ArrayType *items)
{
	ItemShape *shape = fcinfo->flinfo->fn_extra;
	MemoryContext caller;
	TupleDesc desc;

	if (shape != NULL)
		return shape;
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	shape = palloc(sizeof(ItemShape));
	desc = lookup_rowtype_tupdesc(ARR_ELEMTYPE(items), -1);
	shape->desc = CreateTupleDescCopy(desc);
	ReleaseTupleDesc(desc);
	get_typlenbyvalalign(ARR_ELEMTYPE(items), &shape->length, &shape->by_value,
	                     &shape->align);
	MemoryContextSwitchTo(caller);
	if (shape->desc->natts != NITEM_FIELDS)
		elog(ERROR, "type receipt_item has %d fields", shape->desc->natts);
	fcinfo->flinfo->fn_extra = shape;
	return shape;
}

/* Add one item; one without quantity, price or category cannot be added up. */
static void
add_item(SummaryState *state, const ItemShape *shape, Datum item)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(item);
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(header),
	                       .t_data = header};
	Datum values[NITEM_FIELDS];
	bool nulls[NITEM_FIELDS];
	struct varlena *category;
	SummaryLine line;

	heap_deform_tuple(&tuple, shape->desc, values, nulls);
	if (nulls[ITEM_QUANTITY] || nulls[ITEM_PRICE] || nulls[ITEM_CATEGORY])
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("an item has no quantity, price or category")));
	category = PG_DETOAST_DATUM_PACKED(values[ITEM_CATEGORY]);
	line.category = VARDATA_ANY(category);
	line.category_length = VARSIZE_ANY_EXHDR(category);
	line.quantity =
		numeric_read_scaled(values[ITEM_QUANTITY], QUANTITY_DECIMALS, "quantity");
	line.spent = divide_half_away(
		(int128) line.quantity *
			numeric_read_scaled(values[ITEM_PRICE], PRICE_DECIMALS, "price"),
		LINE_SUM_DIVISOR);
	state_add_line(state, &line);
}

/* Add the items of the receipt that was added last, straight from the array. */
static void
add_items(FunctionCallInfo fcinfo, SummaryState *state)
{
	ArrayType *items = PG_GETARG_ARRAYTYPE_P(ARG_ITEMS);
	ItemShape *shape = get_item_shape(fcinfo, items);
	int count = ArrayGetNItems(ARR_NDIM(items), ARR_DIMS(items));
	char *p = ARR_DATA_PTR(items);

	if (ARR_HASNULL(items) && array_contains_nulls(items))
		ereport(ERROR,
		        (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("an item is null")));
	for (int i = 0; i < count; i++)
	{
		add_item(state, shape, fetch_att(p, shape->by_value, shape->length));
		p = att_addlength_pointer(p, shape->length, p);
		p = (char *) att_align_nominal(p, shape->align);
	}
}

/* An amount among the arguments, in hundredths; none is 0. */
static int64
get_amount(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		return 0;
	return numeric_read_scaled(PG_GETARG_DATUM(argument), MONEY_DECIMALS, name);
}

/* SQL: adds a receipt */
Datum
receipt_summary_agg_transition(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	SummaryState *state;
	SummaryReceipt receipt;
	struct varlena *method = NULL;

	if (PG_ARGISNULL(ARG_TOTAL_AMOUNT))
	{
		if (PG_ARGISNULL(ARG_STATE))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(ARG_STATE));
	}
	state = get_state(fcinfo, context);
	receipt.total_amount = get_amount(fcinfo, ARG_TOTAL_AMOUNT, "total_amount");
	receipt.nds_amount = get_amount(fcinfo, ARG_NDS_AMOUNT, "nds_amount");
	receipt.tips_amount = get_amount(fcinfo, ARG_TIPS_AMOUNT, "tips_amount");
	if (!PG_ARGISNULL(ARG_PAYMENT_METHOD))
		method = PG_GETARG_VARLENA_PP(ARG_PAYMENT_METHOD);
	state_add_receipt(state, &receipt, method == NULL ? NULL : VARDATA_ANY(method),
	                  method == NULL ? 0 : VARSIZE_ANY_EXHDR(method));
	if (!PG_ARGISNULL(ARG_ITEMS))
		add_items(fcinfo, state);
	PG_RETURN_POINTER(state);
}

/* SQL: adds a summary */
Datum
receipt_summary_merge_transition(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	SummaryState *state;
	Summary summary;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(ARG_STATE))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(ARG_STATE));
	}
	state = get_state(fcinfo, context);
	summary_decode(PG_GETARG_DATUM(1), &summary);
	state_add_summary(state, &summary);
	PG_RETURN_POINTER(state);
}

/* SQL: the result; null where there was no row */
Datum
receipt_summary_final(PG_FUNCTION_ARGS)
{
	Summary summary;

	(void) aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state_to_summary((SummaryState *) PG_GETARG_POINTER(0), &summary);
	PG_RETURN_BYTEA_P(summary_encode(&summary));
}

/* SQL: adds the state of another worker, which may be freed after */
Datum
receipt_summary_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	SummaryState *state;
	Summary summary;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(0));
	}
	state = get_state(fcinfo, context);
	state_to_summary((SummaryState *) PG_GETARG_POINTER(1), &summary);
	state_add_summary(state, &summary);
	PG_RETURN_POINTER(state);
}

/* SQL: a state as the bytes of its summary */
Datum
receipt_summary_serialize(PG_FUNCTION_ARGS)
{
	Summary summary;

	(void) aggregate_context(fcinfo);
	state_to_summary((SummaryState *) PG_GETARG_POINTER(0), &summary);
	PG_RETURN_BYTEA_P(summary_encode(&summary));
}

/* SQL: a state from the bytes of its summary */
Datum
receipt_summary_deserialize(PG_FUNCTION_ARGS)
{
	SummaryState *state;
	Summary summary;

	(void) aggregate_context(fcinfo);
	state = state_create(CurrentMemoryContext);
	summary_decode(PG_GETARG_DATUM(0), &summary);
	state_add_summary(state, &summary);
	PG_RETURN_POINTER(state);
}
