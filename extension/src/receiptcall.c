/*
 * receiptcall.c
 *	  What the SQL functions that read a receipt have in common.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "problemoutput.h"
#include "receiptcall.h"
#include "receiptsettings.h"

/* Arguments of receipt_normalize() and receipt_parse(). */
enum
{
	ARG_RECEIPT,
	ARG_DEFAULT_PLACE_ID,
	ARG_DEFAULT_PLACE_NAME,
	ARG_DEFAULT_ZONE
};

/*
 * Refuse to work in a database of another encoding: receipts are UTF-8, and
 * their text goes into columns as it is.
 */
static void
check_database_encoding(void)
{
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("pg_receipts needs a database with encoding UTF8"),
		                errdetail("The encoding of this database is %s.",
		                          GetDatabaseEncodingName()),
		                errhint("Create a database with ENCODING 'UTF8'.")));
}

/* Set up a request for the receipt in the first argument. */
void
call_read_receipt(FunctionCallInfo fcinfo, ReceiptSource source,
                  ReceiptRequest *request)
{
	struct varlena *receipt = PG_GETARG_VARLENA_PP(ARG_RECEIPT);

	check_database_encoding();
	memset(request, 0, sizeof(*request));
	request->bytes = VARDATA_ANY(receipt);
	request->length = VARSIZE_ANY_EXHDR(receipt);
	request->check_encoding = (source == SOURCE_BYTEA);
	request->problem_limit = MAX_PROBLEMS;
	request->zone = settings_default_zone();
}

/* Read an argument that names a default; bytes stay NULL without one. */
static void
read_default_text(FunctionCallInfo fcinfo, int arg, const char *name, JsonText *text)
{
	struct varlena *value;

	if (PG_ARGISNULL(arg))
		return;
	value = PG_GETARG_VARLENA_PP(arg);
	text->bytes = VARDATA_ANY(value);
	text->length = VARSIZE_ANY_EXHDR(value);
	text->escaped = true;
	if (text->length == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("%s must not be empty", name),
		                errhint("Pass NULL where there is none.")));
}

/* Read the default zone. */
static pg_tz *
read_default_zone(FunctionCallInfo fcinfo)
{
	char *name = text_to_cstring(PG_GETARG_TEXT_PP(ARG_DEFAULT_ZONE));
	pg_tz *zone = settings_find_zone(name);

	if (zone == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("time zone \"%s\" not recognized", name)));
	return zone;
}

/* Add the defaults that follow the receipt among the arguments. */
void
call_read_defaults(FunctionCallInfo fcinfo, ReceiptRequest *request)
{
	read_default_text(fcinfo, ARG_DEFAULT_PLACE_ID, "default_place_id",
	                  &request->place.place_id);
	read_default_text(fcinfo, ARG_DEFAULT_PLACE_NAME, "default_place_name",
	                  &request->place.place_name);
	if (!PG_ARGISNULL(ARG_DEFAULT_ZONE))
		request->zone = read_default_zone(fcinfo);
}

/*
 * Look up the shape of the function's row.  It is kept with the function, for
 * the caller to remember: the look-up is too slow for every receipt.
 */
TupleDesc
call_lookup_result(FunctionCallInfo fcinfo)
{
	MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	TupleDesc desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("function returning record called in context that "
		                       "cannot accept type record")));
	desc = BlessTupleDesc(CreateTupleDescCopy(desc));
	MemoryContextSwitchTo(caller);
	return desc;
}

/* Make the row. */
Datum
call_return_row(TupleDesc desc, Datum *values, bool *nulls)
{
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

/* Set a column to a text, or leave it null. */
void
call_set_text(Datum *values, bool *nulls, int index, const JsonText *text)
{
	if (text->bytes == NULL)
		return;
	values[index] =
		PointerGetDatum(cstring_to_text_with_len(text->bytes, text->length));
	nulls[index] = false;
}

/* Set the columns errors and, behind it, warnings; null where there are none. */
void
call_set_problems(Datum *values, bool *nulls, int errors_index,
                  const ProblemList *problems)
{
	if (problems->errors > 0)
	{
		values[errors_index] = problems_to_jsonb(problems, SEVERITY_ERROR);
		nulls[errors_index] = false;
	}
	if (problems->warnings > 0)
	{
		values[errors_index + 1] = problems_to_jsonb(problems, SEVERITY_WARNING);
		nulls[errors_index + 1] = false;
	}
}
