/*
 * fieldread.c
 *	  Read the members of an object that a table of fields describes.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "fieldread.h"
#include "jsonskip.h"
#include "problemtext.h"

/* Report a value that is of another type than wanted, and consume it. */
bool
read_wrong_type(ReceiptParser *parser, const char *name, const char *wanted)
{
	scan_problem(&parser->scan, PROBLEM_WRONG_TYPE, "%s is %s; %s is wanted", name,
	             scan_found(&parser->scan), problem_text(wanted));
	json_skip(&parser->scan, NULL);
	return false;
}

/*
 * Whether text holds a control character: U+0000 to U+001F, U+007F to U+009F.
 */
static bool
has_control_character(const JsonText *text)
{
	const unsigned char *p = (const unsigned char *) text->bytes;
	const unsigned char *end = p + text->length;

	for (; p < end; p++)
	{
		if (*p < 0x20 || *p == 0x7f)
			return true;
		if (*p == 0xc2 && p + 1 < end && p[1] < 0xa0)
			return true;
	}
	return false;
}

/* Report text that is longer than its field may be. */
static bool
text_too_long(ReceiptParser *parser, const Field *field, int characters)
{
	scan_problem(&parser->scan, PROBLEM_TOO_LONG,
	             "%s has %d characters; at most %d are allowed", field->name,
	             characters, field->max_characters);
	return false;
}

/* Check what every text of a receipt must be. */
static bool
check_text(ReceiptParser *parser, const Field *field, const JsonText *text)
{
	if (text->length == 0)
	{
		scan_problem(&parser->scan, PROBLEM_EMPTY_STRING,
		             "%s is empty; at least one character is wanted", field->name);
		return false;
	}
	if (unlikely(text->length > field->max_characters))
	{
		int characters = pg_mbstrlen_with_len(text->bytes, text->length);

		if (characters > field->max_characters)
			return text_too_long(parser, field, characters);
	}
	if (unlikely(parser->scan.traits & TOKEN_CONTROL) && has_control_character(text))
	{
		scan_problem(&parser->scan, PROBLEM_CONTROL_CHARACTER,
		             "%s \"%s\" holds a control character; none is allowed",
		             field->name,
		             json_text_quote(text->bytes, text->length, MAX_QUOTED_BYTES));
		return false;
	}
	return true;
}

/* Read a text; *text is left alone if it is not valid. */
bool
read_text(ReceiptParser *parser, const Field *field, JsonText *text)
{
	JsonText found;

	if (scan_token(&parser->scan) != JSON_TOKEN_STRING)
		return read_wrong_type(parser, field->name, "a string");
	if (!scan_string(&parser->scan, &found) || !check_text(parser, field, &found))
		return false;
	*text = found;
	return true;
}

/* Report a number that its field cannot take, by the reason. */
static bool
decimal_refused(ReceiptParser *parser, const Field *field, DecimalResult result,
                bool negative)
{
	JsonScan *scan = &parser->scan;
	const char *found = scan_found(scan);

	if (field->positive && (negative || result == DECIMAL_OK))
		scan_problem(scan, PROBLEM_NOT_POSITIVE, "%s is %s; a number above 0 is wanted",
		             field->name, found);
	else if (negative)
		scan_problem(scan, PROBLEM_NEGATIVE_NUMBER,
		             "%s is %s; a number of 0 or more is wanted", field->name, found);
	else if (result == DECIMAL_TOO_LARGE)
		scan_problem(scan, PROBLEM_NUMBER_OUT_OF_RANGE,
		             "%s is %s; at most %d digits before the point are allowed",
		             field->name, found, field->format.whole_digits);
	else
		scan_problem(scan, PROBLEM_TOO_MANY_DECIMALS,
		             "%s is %s; at most %d decimals are allowed", field->name, found,
		             field->format.decimals);
	return false;
}

/* Read a number. */
static bool
read_decimal(ReceiptParser *parser, const Field *field, int64 *value)
{
	JsonScan *scan = &parser->scan;
	DecimalResult result;
	bool negative;

	if (scan_token(scan) != JSON_TOKEN_NUMBER)
		return read_wrong_type(parser, field->name, "a number");
	result = decimal_parse(scan_token_bytes(scan), scan_token_length(scan),
	                       field->format, value, &negative);
	if (result != DECIMAL_OK || negative || (field->positive && *value == 0))
		return decimal_refused(parser, field, result, negative);
	return true;
}

/* Read the current value as a field. */
static bool
read_field(ReceiptParser *parser, const Field *field, void *target)
{
	char *place = (char *) target + field->offset;

	switch (field->kind)
	{
		case FIELD_TEXT:
			return read_text(parser, field, (JsonText *) place);
		case FIELD_DECIMAL:
			return read_decimal(parser, field, (int64 *) place);
		case FIELD_OTHER:
			return field->read(parser, field);
	}
	pg_unreachable();
}

/*
 * Find a field by name, or -1.  The search starts at the field expected next,
 * because most receipts have their members in the usual order.
 */
static int
find_field(const Field *fields, int count, int expected, const JsonText *key)
{
	for (int i = 0; i < count; i++)
	{
		int index = expected + i < count ? expected + i : expected + i - count;

		if (fields[index].name_length == key->length &&
		    memcmp(fields[index].name, key->bytes, key->length) == 0)
			return index;
	}
	return -1;
}

/* Consume a member that no field is known for, and keep it if wanted. */
static void
read_unknown(ReceiptParser *parser)
{
	JsonScan *scan = &parser->scan;
	int start = parser->keep ? parser->keep->len : 0;
	int index;

	if (scan->key.bytes == NULL)
	{
		json_skip(scan, NULL);
		return;
	}
	index = scan_remember_member(scan);
	json_skip(scan, parser->keep);
	if (parser->keep != NULL)
	{
		scan->members.items[index].value_start = start;
		scan->members.items[index].value_length = parser->keep->len - start;
	}
}

/* Report a known member that stands in its object for a second time. */
static void
read_duplicate(ReceiptParser *parser, const Field *field)
{
	scan_problem(&parser->scan, PROBLEM_DUPLICATE_KEY,
	             "the key \"%s\" stands more than once in its object", field->name);
	json_skip(&parser->scan, NULL);
}

/* Report the required fields that are not there. */
static void
report_missing(ReceiptParser *parser, const Field *fields, int count, uint32 seen)
{
	for (int i = 0; i < count && !parser->scan.stopped; i++)
	{
		if (fields[i].required && (seen & FIELD_BIT(i)) == 0)
			scan_child_problem(&parser->scan, PROBLEM_MISSING_FIELD, fields[i].name,
			                   "%s is missing", fields[i].name);
	}
}

/*
 * Read the object whose opening token is the current one into target, which
 * the fields' offsets point into.
 */
FieldSets
read_fields(ReceiptParser *parser, const Field *fields, int count, void *target)
{
	JsonScan *scan = &parser->scan;
	FieldSets sets = {0, 0};
	uint32 seen = 0;
	int expected = 0;

	if (!scan_enter(scan))
		return sets;
	while (scan_next_member(scan))
	{
		int index = find_field(fields, count, expected, &scan->key);

		if (index < 0)
			read_unknown(parser);
		else if (seen & FIELD_BIT(index))
			read_duplicate(parser, &fields[index]);
		else
		{
			expected = index + 1;
			seen |= FIELD_BIT(index);
			if (scan_token(scan) == JSON_TOKEN_NULL && !fields[index].required)
				continue;
			sets.given |= FIELD_BIT(index);
			if (read_field(parser, &fields[index], target))
				sets.valid |= FIELD_BIT(index);
		}
	}
	report_missing(parser, fields, count, seen);
	return sets;
}
