/*
 * logline.c
 *	  One line of the log; see logline.h.
 */
#include "common/logline.h"

#include "common/utf8.h"

#include <stdbool.h>
#include <string.h>

/* What may still follow a value that was cut: ...  quote, brace, newline. */
#define TAIL_SIZE (sizeof("...\"}\n") - 1)

/* The longest escape of a character. */
#define ESCAPE_SIZE 6

/*
 * How much a value may still take.
 */
static size_t
room(const LogLine *line)
{
	size_t limit = sizeof(line->text) - TAIL_SIZE;

	return line->used < limit ? limit - line->used : 0;
}

/*
 * Appends bytes for which there is room.
 */
static void
append(LogLine *line, const char *bytes, size_t length)
{
	memcpy(line->text + line->used, bytes, length);
	line->used += length;
}

/*
 * Starts an empty line.
 */
void
logline_begin(LogLine *line, LogFormat format)
{
	line->format = format;
	line->used = 0;
}

/*
 * Appends what stands before a value; false when name, quotes and value of
 * needed bytes do not fit.
 */
static bool
append_name(LogLine *line, const char *name, size_t needed)
{
	size_t length = strlen(name);
	bool first = line->used == 0;

	if (room(line) < length + needed + sizeof(",\"\":\"\"") - 1)
		return false;
	if (line->format == LOG_JSON)
	{
		append(line, first ? "{\"" : ",\"", 2);
		append(line, name, length);
		append(line, "\":", 2);
	}
	else
	{
		if (!first)
			append(line, " ", 1);
		append(line, name, length);
		append(line, "=", 1);
	}
	return true;
}

/*
 * Whether a value can stand in logfmt without quotes.
 */
static bool
is_plain(const char *value, size_t length)
{
	for (size_t i = 0; i < length; i++)
	{
		if (value[i] <= 0x20 || value[i] >= 0x7F || value[i] == '"' ||
		    value[i] == '=' || value[i] == '\\')
			return false;
	}
	return length > 0;
}

/*
 * Whether a character stands in a string as it is: printable ASCII beside quote
 * and backslash, or UTF-8 outside the C1 controls.
 */
static bool
is_harmless(const unsigned char *text, int length)
{
	if (length == 1)
		return text[0] >= 0x20 && text[0] != 0x7F && text[0] != '"' && text[0] != '\\';
	return length > 1 && !(text[0] == 0xC2 && text[1] < 0xA0);
}

/*
 * Escapes a control, quote or backslash into out and returns the length.
 */
static size_t
escape_code(unsigned char code, char out[ESCAPE_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	static const char named[] = "\"\\\n\r\t";
	const char *at = code != 0 ? strchr(named, code) : NULL;

	out[0] = '\\';
	if (at != NULL)
	{
		out[1] = "\"\\nrt"[at - named];
		return 2;
	}
	memcpy(out + 1, "u00", 3);
	out[4] = digits[code >> 4];
	out[5] = digits[code & 15];
	return ESCAPE_SIZE;
}

/*
 * Copies or escapes the character at text, whose length in bytes it sets.
 */
static size_t
escape_character(const unsigned char *text, size_t available, char out[ESCAPE_SIZE],
                 size_t *step)
{
	int length = utf8_length(text, available);

	*step = length > 0 ? (size_t) length : 1;
	if (is_harmless(text, length))
	{
		memcpy(out, text, *step);
		return *step;
	}
	if (length == 0)
	{
		memcpy(out, "\\ufffd", ESCAPE_SIZE);
		return ESCAPE_SIZE;
	}
	return escape_code(text[length - 1], out);
}

/*
 * Appends a quoted string, cut where the room ends.
 */
static void
append_quoted(LogLine *line, const char *value, size_t length)
{
	const unsigned char *at = (const unsigned char *) value;
	const unsigned char *end = at + length;

	append(line, "\"", 1);
	while (at < end)
	{
		char escaped[ESCAPE_SIZE];
		size_t step;
		size_t grown = escape_character(at, (size_t) (end - at), escaped, &step);

		if (grown > room(line))
		{
			append(line, "...", 3);
			break;
		}
		append(line, escaped, grown);
		at += step;
	}
	append(line, "\"", 1);
}

/*
 * Appends a field that is text.
 */
void
logline_bytes(LogLine *line, const char *name, const char *value, size_t length)
{
	if (!append_name(line, name, 0))
		return;
	if (line->format == LOG_LOGFMT && length <= room(line) && is_plain(value, length))
		append(line, value, length);
	else
		append_quoted(line, value, length);
}

/*
 * The same with all of a text.
 */
void
logline_text(LogLine *line, const char *name, const char *value)
{
	logline_bytes(line, name, value, strlen(value));
}

/* Room for the digits of any number. */
#define DIGITS_SIZE 20

/*
 * Writes a number's digits, at least so many, to the end of a buffer; returns
 * where they begin.  Each request is logged with several numbers, for which
 * printf() is slow.
 */
static char *
write_digits(uint64_t value, int least, char *end)
{
	for (; value > 0 || least > 0; least--)
	{
		*--end = (char) ('0' + value % 10);
		value /= 10;
	}
	return end;
}

/*
 * Appends a field of digits that end where the buffer ends.
 */
static void
append_digits(LogLine *line, const char *name, bool negative, char *start,
              const char *end)
{
	if (negative)
		*--start = '-';
	if (append_name(line, name, (size_t) (end - start)))
		append(line, start, (size_t) (end - start));
}

/*
 * The size of a number without its sign.
 */
static uint64_t
magnitude(int64_t value)
{
	return value < 0 ? -(uint64_t) value : (uint64_t) value;
}

/*
 * Appends a field that is a number.
 */
void
logline_number(LogLine *line, const char *name, int64_t value)
{
	char digits[DIGITS_SIZE + 1];
	char *end = digits + sizeof(digits);

	append_digits(line, name, value < 0, write_digits(magnitude(value), 1, end), end);
}

/*
 * Appends a field that is a time.
 */
void
logline_millis(LogLine *line, const char *name, int64_t microseconds)
{
	char digits[DIGITS_SIZE + 2];
	char *end = digits + sizeof(digits);
	uint64_t value = magnitude(microseconds);
	char *start = write_digits(value % 1000, 3, end);

	*--start = '.';
	append_digits(line, name, microseconds < 0, write_digits(value / 1000, 1, start),
	              end);
}

/*
 * Ends the line.
 */
void
logline_end(LogLine *line)
{
	if (line->format == LOG_JSON)
		append(line, line->used == 0 ? "{}" : "}", line->used == 0 ? 2 : 1);
	append(line, "\n", 1);
}
