/*
 * receiptnormalize.c
 *	  SQL function receipt_normalize(): a receipt in canonical JSON.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "digest.h"
#include "receiptcall.h"
#include "receiptcanonical.h"
#include "receiptparse.h"

/* Columns of the row. */
enum
{
	COLUMN_TRANSACTION_ID,
	COLUMN_PLACE_ID,
	COLUMN_PLACE_NAME,
	COLUMN_PLACE_GIVEN,
	COLUMN_OCCURRED_AT,
	COLUMN_ZONE_GIVEN,
	COLUMN_CANONICAL,
	COLUMN_DIGEST,
	COLUMN_ERRORS,
	COLUMN_WARNINGS,
	NCOLUMNS
};

PG_FUNCTION_INFO_V1(receipt_normalize_text);
PG_FUNCTION_INFO_V1(receipt_normalize_bytea);

/* The SHA-256 of bytes, as a bytea. */
static Datum
make_digest(const char *bytes, int length)
{
	bytea *digest = palloc(VARHDRSZ + DIGEST_LENGTH);

	SET_VARSIZE(digest, VARHDRSZ + DIGEST_LENGTH);
	digest_compute(bytes, length, (uint8 *) VARDATA(digest));
	return PointerGetDatum(digest);
}

/* The receipt in canonical JSON, written right into a text. */
static text *
make_canonical(const Receipt *receipt)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoSpaces(&out, VARHDRSZ);
	receipt_write_canonical(&out, receipt);
	SET_VARSIZE(out.data, out.len);
	return (text *) out.data;
}

/* The shape of the row, looked up once per query. */
static TupleDesc
get_result_desc(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = call_lookup_result(fcinfo);
	return fcinfo->flinfo->fn_extra;
}

/* Set the columns that only a receipt without errors has. */
static void
set_columns(Datum *values, bool *nulls, const Receipt *receipt)
{
	text *canonical = make_canonical(receipt);

	memset(nulls + COLUMN_PLACE_GIVEN, false, COLUMN_DIGEST - COLUMN_PLACE_GIVEN + 1);
	call_set_text(values, nulls, COLUMN_PLACE_NAME, &receipt->place.place_name);
	values[COLUMN_PLACE_GIVEN] = BoolGetDatum(receipt->place_given);
	values[COLUMN_OCCURRED_AT] = TimestampTzGetDatum(receipt->occurred_at);
	values[COLUMN_ZONE_GIVEN] = BoolGetDatum(receipt->zone_given);
	values[COLUMN_CANONICAL] = PointerGetDatum(canonical);
	values[COLUMN_DIGEST] =
		make_digest(VARDATA(canonical), VARSIZE(canonical) - VARHDRSZ);
}

/* Return a receipt in canonical JSON, or its errors. */
static Datum
receipt_normalize(FunctionCallInfo fcinfo, ReceiptSource source)
{
	ReceiptRequest request;
	Receipt receipt;
	ProblemList problems;
	Datum values[NCOLUMNS];
	bool nulls[NCOLUMNS];

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	call_read_receipt(fcinfo, source, &request);
	call_read_defaults(fcinfo, &request);
	request.keep_items = true;
	request.keep_unknown = true;
	receipt_read(&request, &receipt, &problems);

	memset(nulls, true, sizeof(nulls));
	call_set_text(values, nulls, COLUMN_TRANSACTION_ID, &receipt.transaction_id);
	call_set_text(values, nulls, COLUMN_PLACE_ID, &receipt.place.place_id);
	if (problems.errors == 0)
		set_columns(values, nulls, &receipt);
	call_set_problems(values, nulls, COLUMN_ERRORS, &problems);
	return call_return_row(get_result_desc(fcinfo), values, nulls);
}

/* SQL: receipt_normalize(text, ...) */
Datum
receipt_normalize_text(PG_FUNCTION_ARGS)
{
	return receipt_normalize(fcinfo, SOURCE_TEXT);
}

/* SQL: receipt_normalize(bytea, ...) */
Datum
receipt_normalize_bytea(PG_FUNCTION_ARGS)
{
	return receipt_normalize(fcinfo, SOURCE_BYTEA);
}
