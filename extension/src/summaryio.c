/*
 * summaryio.c
 *	  Input and output of a receipt_summary, as text and binary.
 *
 * Both carry the bytes of summaryencode.h, the text in hexadecimal behind
 * "\x", as bytea has them: exact, versioned, and checked the same way.  For
 * people there is the cast to jsonb.
 */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "summarydecode.h"
#include "summaryencode.h"

PG_FUNCTION_INFO_V1(receipt_summary_in);
PG_FUNCTION_INFO_V1(receipt_summary_out);
PG_FUNCTION_INFO_V1(receipt_summary_recv);
PG_FUNCTION_INFO_V1(receipt_summary_send);

/*
 * Whether the names of a map are texts that this database can hold: they come
 * out of categories() as they are.
 */
static bool
names_are_texts(const SummaryMap *map)
{
	for (int i = 0; i < map->count; i++)
	{
		const SummaryEntry *entry = &map->entries[i];

		if (!pg_verifymbstr(entry->key, entry->key_length, true))
			return false;
	}
	return true;
}

/* Make a value of bytes from outside, or raise the error that says what is wrong. */
static bytea *
make_value(const char *bytes, int length, int errcode_of_wrong)
{
	Summary summary;
	const char *wrong = summary_decode_bytes(bytes, length, &summary);

	if (wrong == NULL && !(names_are_texts(&summary.categories) &&
	                       names_are_texts(&summary.payment_methods)))
		wrong = "a name in it is not valid in the encoding of the database";
	if (wrong != NULL)
		ereport(ERROR, (errcode(errcode_of_wrong),
		                errmsg("invalid input for type receipt_summary"),
		                errdetail("The value cannot be read: %s.", wrong)));
	return summary_encode(&summary);
}

/* SQL: text in */
Datum
receipt_summary_in(PG_FUNCTION_ARGS)
{
	const char *input = PG_GETARG_CSTRING(0);
	Size length = strlen(input);
	char *bytes;
	uint64 decoded;

	if (length < 2 || input[0] != '\\' || input[1] != 'x')
		ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		                errmsg("invalid input syntax for type receipt_summary"),
		                errdetail("It begins with \\x and goes on in hexadecimal."),
		                errhint("Use receipt_summary_agg() to make one of receipts.")));
	bytes = palloc(length / 2 + 1);
	decoded = hex_decode(input + 2, length - 2, bytes);
	PG_RETURN_BYTEA_P(
		make_value(bytes, (int) decoded, ERRCODE_INVALID_TEXT_REPRESENTATION));
}

/* SQL: text out */
Datum
receipt_summary_out(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	int length = VARSIZE_ANY_EXHDR(value);
	char *result = palloc((Size) length * 2 + 3);
	char *end = result + 2;

	memcpy(result, "\\x", 2);
	end += hex_encode(VARDATA_ANY(value), length, end);
	*end = '\0';
	PG_RETURN_CSTRING(result);
}

/* SQL: binary in */
Datum
receipt_summary_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int length = message->len - message->cursor;

	PG_RETURN_BYTEA_P(make_value(pq_getmsgbytes(message, length), length,
	                             ERRCODE_INVALID_BINARY_REPRESENTATION));
}

/* SQL: binary out */
Datum
receipt_summary_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0));
}
