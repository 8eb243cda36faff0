/*
 * jsonskip.c
 *	  Consume a value of any shape that we do not interpret.
 */
#include "postgres.h"

#include "decimalparse.h"
#include "jsonskip.h"

/* Keep bytes, if the caller wants the value kept. */
static inline void
keep_bytes(StringInfo keep, const char *bytes, int length)
{
	if (keep != NULL)
		appendBinaryStringInfo(keep, bytes, length);
}

/* Consume a string: the escapes of an unknown field are checked too. */
static void
skip_string(JsonScan *scan, StringInfo keep)
{
	JsonText text;

	if (scan_string(scan, &text) && keep != NULL)
		json_text_write(keep, &text);
}

/* Consume a number: it is kept as written, if numeric can hold it. */
static void
skip_number(JsonScan *scan, StringInfo keep)
{
	const char *bytes = scan_token_bytes(scan);
	int length = scan_token_length(scan);

	if (!decimal_fits_numeric(bytes, length))
		scan_problem(scan, PROBLEM_NUMBER_OUT_OF_RANGE,
		             "the number %s is too large or too fine for PostgreSQL's numeric",
		             json_text_quote(bytes, length, MAX_QUOTED_BYTES));
	keep_bytes(keep, bytes, length);
}

/* Consume a value's first token: the whole of a scalar, or an opening. */
static void
skip_token(JsonScan *scan, StringInfo keep)
{
	switch (scan_token(scan))
	{
		case JSON_TOKEN_STRING:
			skip_string(scan, keep);
			break;
		case JSON_TOKEN_NUMBER:
			skip_number(scan, keep);
			break;
		case JSON_TOKEN_OBJECT_START:
		case JSON_TOKEN_ARRAY_START:
			if (scan_enter(scan))
				keep_bytes(keep, scan_token_bytes(scan), 1);
			break;
		default:
			keep_bytes(keep, scan_token_bytes(scan), scan_token_length(scan));
			break;
	}
}

/* Keep the key of a member. */
static void
keep_key(StringInfo keep, const JsonText *key, bool first)
{
	if (!first)
		appendStringInfoChar(keep, ',');
	json_text_write(keep, key);
	appendStringInfoChar(keep, ':');
}

/*
 * Step to the next member of an object, with what stands before its value.  A
 * key that could not be read was reported; it is no duplicate of another such.
 */
static bool
skip_to_member(JsonScan *scan, StringInfo keep, bool first)
{
	if (!scan_next_member(scan))
	{
		keep_bytes(keep, "}", 1);
		return false;
	}
	if (scan->key.bytes == NULL)
		return true;
	scan_remember_member(scan);
	if (keep != NULL)
		keep_key(keep, &scan->key, first);
	return true;
}

/* Step to the next element of an array, with what stands before it. */
static bool
skip_to_element(JsonScan *scan, StringInfo keep, bool first)
{
	if (!scan_next_element(scan))
	{
		keep_bytes(keep, "]", 1);
		return false;
	}
	if (!first)
		keep_bytes(keep, ",", 1);
	return true;
}

/*
 * Step to the value that follows, out of as many containers as end here, but
 * not out of the depth where the skipped value stands.
 */
static bool
skip_to_value(JsonScan *scan, StringInfo keep, int outside)
{
	while (scan->depth > outside && !scan->stopped)
	{
		const JsonLevel *level = &scan->levels[scan->depth - 1];
		bool first = !level->begun;
		bool found = level->is_array ? skip_to_element(scan, keep, first)
		                             : skip_to_member(scan, keep, first);

		if (found)
			return true;
	}
	return false;
}

/*
 * Consume the current value.  With a buffer, append it there without white
 * space.  A loop over a bounded stack, not recursion: input cannot choose how
 * much of the C stack we use.
 */
void
json_skip(JsonScan *scan, StringInfo keep)
{
	int outside = scan->depth;

	do
		skip_token(scan, keep);
	while (skip_to_value(scan, keep, outside));
}
