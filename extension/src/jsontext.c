/*
 * jsontext.c
 *	  A string read from JSON, and the ways to quote one.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "bytewrite.h"
#include "jsontext.h"

/* Whether two strings have the same bytes. */
bool
json_text_equal(const JsonText *a, const JsonText *b)
{
	return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

/* Make control characters visible: U+0000 to U+001F, U+007F to U+009F. */
static void
mask_control_characters(char *bytes, int length)
{
	for (int i = 0; i < length; i++)
	{
		unsigned char byte = bytes[i];

		if (byte < 0x20 || byte == 0x7f)
			bytes[i] = '?';
		else if (byte == 0xc2 && (unsigned char) bytes[i + 1] < 0xa0)
			bytes[i] = bytes[i + 1] = '?';
	}
}

/*
 * Copy text of the receipt for a message: cut at a character's edge behind
 * limit bytes, so that a message stays short whatever was sent, and with
 * control characters made visible as '?', so that it stays one line.
 */
char *
json_text_quote(const char *bytes, int length, int limit)
{
	int kept = length;
	char *quoted;

	if (length > limit)
		kept = pg_encoding_mbcliplen(PG_UTF8, bytes, length, limit);
	quoted = palloc(kept + sizeof("..."));
	memcpy(quoted, bytes, kept);
	mask_control_characters(quoted, kept);
	memcpy(quoted + kept, kept < length ? "..." : "",
	       kept < length ? sizeof("...") : 1);
	return quoted;
}

/* Write one byte that JSON wants escaped, in its shortest form. */
static void
write_escape(StringInfo out, unsigned char byte)
{
	static const char short_forms[] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
		['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};

	if (byte < lengthof(short_forms) && short_forms[byte] != 0)
	{
		appendStringInfoChar(out, '\\');
		appendStringInfoChar(out, short_forms[byte]);
	}
	else
		appendStringInfo(out, "\\u%04x", byte);
}

/* Write a string that may hold bytes that need an escape. */
static void
write_escaped(StringInfo out, const JsonText *text)
{
	const char *end = text->bytes + text->length;
	const char *run = text->bytes;

	for (const char *p = run; p < end; p++)
	{
		unsigned char byte = *p;

		if (likely(byte >= 0x20 && byte != '"' && byte != '\\'))
			continue;
		appendBinaryStringInfo(out, run, p - run);
		write_escape(out, byte);
		run = p + 1;
	}
	appendBinaryStringInfo(out, run, end - run);
}

/*
 * Write a string as JSON, with no escape that is not needed.  Text that came
 * without escapes needs none now.
 */
void
json_text_write(StringInfo out, const JsonText *text)
{
	write_byte(out, '"');
	if (text->escaped)
		write_escaped(out, text);
	else
		write_bytes(out, text->bytes, text->length);
	write_byte(out, '"');
}
