/*
 * receiptparse.c
 *	  Read a receipt and judge it, in one pass over its text.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "fieldread.h"
#include "itemparse.h"
#include "jsonskip.h"
#include "placeparse.h"
#include "receiptcheck.h"
#include "receiptparse.h"
#include "timestampformat.h"
#include "timestampparse.h"

/* Places in receipt_fields. */
enum
{
	TRANSACTION_ID,
	TIMESTAMP,
	FLAT_PLACE_ID,
	FLAT_PLACE_NAME,
	NESTED_PLACE,
	ITEMS,
	TOTAL_AMOUNT,
	NDS_AMOUNT,
	TIPS_AMOUNT,
	PAYMENT_METHOD
};

static bool read_timestamp(ReceiptParser *parser, const Field *field);

static const Field receipt_fields[] = {
	[TRANSACTION_ID] = {FIELD_NAME("transaction_id"), .required = true,
                        .kind = FIELD_TEXT, .offset = offsetof(Receipt, transaction_id),
                        .max_characters = RECEIPT_MAX_STRING},
	[TIMESTAMP] = {FIELD_NAME("timestamp"), .required = true, .kind = FIELD_OTHER,
                   .max_characters = RECEIPT_MAX_STRING, .read = read_timestamp},
	[FLAT_PLACE_ID] = {FIELD_NAME("place_id"), .kind = FIELD_TEXT,
                       .offset = offsetof(Receipt, place.place_id),
                       .max_characters = RECEIPT_MAX_STRING},
	[FLAT_PLACE_NAME] = {FIELD_NAME("place_name"), .kind = FIELD_TEXT,
                         .offset = offsetof(Receipt, place.place_name),
                         .max_characters = RECEIPT_MAX_PLACE_NAME},
	[NESTED_PLACE] = {FIELD_NAME("place"), .kind = FIELD_OTHER, .read = read_place},
	[ITEMS] = {FIELD_NAME("items"), .required = true, .kind = FIELD_OTHER,
               .read = read_items},
	[TOTAL_AMOUNT] = {FIELD_NAME("total_amount"), .required = true,
                      .kind = FIELD_DECIMAL, .offset = offsetof(Receipt, total_amount),
                      .format = {MONEY_WHOLE_DIGITS, MONEY_DECIMALS}},
	[NDS_AMOUNT] = {FIELD_NAME("nds_amount"), .required = true, .kind = FIELD_DECIMAL,
                    .offset = offsetof(Receipt, nds_amount),
                    .format = {MONEY_WHOLE_DIGITS, MONEY_DECIMALS}},
	[TIPS_AMOUNT] = {FIELD_NAME("tips_amount"), .kind = FIELD_DECIMAL,
                     .offset = offsetof(Receipt, tips_amount),
                     .format = {MONEY_WHOLE_DIGITS, MONEY_DECIMALS}},
	[PAYMENT_METHOD] = {FIELD_NAME("payment_method"), .required = true,
                        .kind = FIELD_TEXT, .offset = offsetof(Receipt, payment_method),
                        .max_characters = RECEIPT_MAX_STRING},
};

/* Report a timestamp that cannot be read. */
static bool
timestamp_refused(ReceiptParser *parser, const JsonText *text, const char *wrong)
{
	scan_problem(&parser->scan, PROBLEM_INVALID_TIMESTAMP, "timestamp is \"%s\"; %s",
	             json_text_quote(text->bytes, text->length, MAX_QUOTED_BYTES), wrong);
	return false;
}

/* Read the timestamp. */
static bool
read_timestamp(ReceiptParser *parser, const Field *field)
{
	Receipt *receipt = parser->receipt;
	JsonText text;
	const char *wrong;

	if (!read_text(parser, field, &text))
		return false;
	wrong = timestamp_parse(text.bytes, text.length, parser->request->zone,
	                        &receipt->occurred_at, &receipt->zone_given);
	if (wrong != NULL)
		return timestamp_refused(parser, &text, wrong);
	if (within_future_limit(receipt->occurred_at))
		return true;
	scan_problem(&parser->scan, PROBLEM_TIMESTAMP_IN_FUTURE,
	             "timestamp is %s; that is too far in the future",
	             timestamp_to_cstring(receipt->occurred_at));
	return false;
}

/* Judge what depends on several fields, where all of them were read. */
static void
check_receipt(ReceiptParser *parser, FieldSets sets)
{
	const uint32 total_rule = FIELD_BIT(TOTAL_AMOUNT) | FIELD_BIT(ITEMS);
	const uint32 nds_rule = FIELD_BIT(TOTAL_AMOUNT) | FIELD_BIT(NDS_AMOUNT);

	parser->place_id_given |= (sets.given & FIELD_BIT(FLAT_PLACE_ID)) != 0;
	parser->place_name_given |= (sets.given & FIELD_BIT(FLAT_PLACE_NAME)) != 0;
	check_place(parser);
	if ((sets.valid & total_rule) == total_rule)
		check_total_amount(parser->receipt, parser->scan.problems);
	if ((sets.valid & nds_rule) == nds_rule)
		check_nds_amount(parser->receipt, parser->scan.problems);
}

/* Read the outermost value, which should be an object. */
static void
read_receipt(ReceiptParser *parser)
{
	JsonScan *scan = &parser->scan;
	FieldSets sets;

	if (!scan_begin(scan))
		return;
	if (scan_token(scan) != JSON_TOKEN_OBJECT_START)
	{
		scan_problem(scan, PROBLEM_NOT_AN_OBJECT,
		             "the receipt is %s; an object is wanted", scan_found(scan));
		json_skip(scan, NULL);
		scan_end(scan);
		return;
	}
	sets =
		read_fields(parser, receipt_fields, lengthof(receipt_fields), parser->receipt);
	parser->receipt->unknown = keep_closed_members(parser);
	scan_end(scan);
	if (!scan->stopped)
		check_receipt(parser, sets);
}

/* Set a receipt to nothing read; its few items need no setting. */
static void
init_receipt(Receipt *receipt, bool keep_unknown)
{
	memset(receipt, 0, offsetof(Receipt, few_items));
	receipt->items = receipt->few_items;
	receipt->items_allocated = RECEIPT_FEW_ITEMS;
	if (keep_unknown)
		initStringInfo(&receipt->values);
}

/* Check what the lexer takes for granted: a sane size, UTF-8, and no NUL. */
static bool
check_bytes(const ReceiptRequest *request, JsonScan *scan)
{
	int valid;

	if (request->length > RECEIPT_MAX_BYTES)
	{
		scan_problem(scan, PROBLEM_TOO_LONG,
		             "the receipt has %d bytes; at most %d are allowed",
		             request->length, RECEIPT_MAX_BYTES);
		return false;
	}
	if (!request->check_encoding)
		return true;
	valid = pg_encoding_verifymbstr(PG_UTF8, request->bytes, request->length);
	if (valid == request->length)
		return true;
	if (request->bytes[valid] == '\0')
		scan_problem(scan, PROBLEM_NUL_CHARACTER,
		             "byte %d is NUL; a text cannot hold it", valid + 1);
	else
		scan_problem(scan, PROBLEM_INVALID_ENCODING,
		             "byte %d, 0x%02X, is not part of a character in UTF-8", valid + 1,
		             (unsigned char) request->bytes[valid]);
	return false;
}

/*
 * Read a receipt.  Nothing about its text raises an error: all that is wrong
 * is in the list of problems.  With errors, only the transaction_id and the
 * place_id of the receipt may be used, where they were valid.
 */
void
receipt_read(const ReceiptRequest *request, Receipt *receipt, ProblemList *problems)
{
	ReceiptParser parser; /* large: scan_init() sets what needs setting */

	parser.request = request;
	parser.receipt = receipt;
	parser.keep = request->keep_unknown ? &receipt->values : NULL;
	parser.place_id_given = parser.place_name_given = false;
	problems_init(problems, request->problem_limit);
	init_receipt(receipt, request->keep_unknown);
	scan_init(&parser.scan, request->bytes, request->length, problems);
	if (!check_bytes(request, &parser.scan))
		return;
	read_receipt(&parser);
	if (problems->errors == 0)
		resolve_place(receipt, &request->place);
}
