/*
 * split.c
 *	  Cuts receipts out of a batch; see split.h.
 */
#include "frontend/split.h"

#include <stdio.h>
#include <string.h>

/*
 * Starts before the first byte.
 */
void
split_init(Split *split, SplitFormat format, size_t limit)
{
	memset(split, 0, sizeof(*split));
	split->format = format;
	split->limit = limit;
	split->place = format == SPLIT_ARRAY ? PLACE_START : PLACE_LINE;
}

/*
 * Frees what is held of a receipt.
 */
void
split_free(Split *split)
{
	buffer_free(&split->partial);
}

/*
 * JSON's white space.
 */
static bool
is_space(char byte)
{
	return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/*
 * Adds bytes to the value at hand; those of one beyond the limit are dropped.
 */
static bool
hold(Split *split, const char *bytes, size_t length)
{
	split->length += length;
	if (split->length > split->limit)
	{
		buffer_free(&split->partial);
		return true;
	}
	buffer_append(&split->partial, bytes, length);
	return !split->partial.failed;
}

/*
 * Ends the value at hand with these bytes.  One that lies in them as a whole is
 * given without a copy.
 */
static SplitEvent
complete(Split *split, const char *bytes, size_t length)
{
	bool whole = split->length == 0;

	split->complete = true;
	if (whole && length <= split->limit)
	{
		split->receipt = bytes;
		split->receipt_length = length;
		return SPLIT_RECEIPT;
	}
	if (!hold(split, bytes, length))
		return SPLIT_NO_MEMORY;
	if (split->length > split->limit)
		return SPLIT_TOO_LARGE;
	split->receipt = split->partial.data;
	split->receipt_length = split->partial.used;
	return SPLIT_RECEIPT;
}

/*
 * Forgets the value that was given last.
 */
static void
forget(Split *split)
{
	if (!split->complete)
		return;
	split->complete = false;
	split->partial.used = 0;
	split->length = 0;
}

/*
 * Begins a value of the array, which decides how its end is found.
 */
static bool
begin_value(Split *split, char byte)
{
	split->depth = 0;
	split->in_string = false;
	split->escaped = false;
	if (byte == '{' || byte == '[' || byte == '"')
		split->place = PLACE_NESTED;
	else if (byte == ',' || byte == ']' || byte == '}' || byte == ':')
		return false;
	else
		split->place = PLACE_SCALAR;
	return true;
}

/*
 * Takes a byte between two values, not white space.  False when it must not stand
 * there.
 */
static bool
take_between(Split *split, char byte)
{
	switch (split->place)
	{
		case PLACE_START:
			split->place = PLACE_FIRST;
			return byte == '[';
		case PLACE_FIRST:
			if (byte != ']')
				return begin_value(split, byte);
			split->place = PLACE_END;
			return true;
		case PLACE_NEXT:
			return begin_value(split, byte);
		case PLACE_AFTER:
			split->place = byte == ',' ? PLACE_NEXT : PLACE_END;
			return byte == ',' || byte == ']';
		default:
			return false;
	}
}

/*
 * Takes a byte of an object, an array or a string.  True when it is the last.
 */
static bool
ends_nested(Split *split, char byte)
{
	if (split->escaped)
		split->escaped = false;
	else if (split->in_string)
	{
		if (byte == '\\')
			split->escaped = true;
		else if (byte == '"')
		{
			split->in_string = false;
			return split->depth == 0;
		}
	}
	else if (byte == '"')
		split->in_string = true;
	else if (byte == '{' || byte == '[')
		split->depth++;
	else if (byte == '}' || byte == ']')
		return --split->depth == 0;
	return false;
}

/*
 * Finds where the value at hand ends, from a byte on.  Returns the number of the
 * byte after it, or length when it goes on; then *ended is false.
 */
static size_t
find_end(Split *split, const char *bytes, size_t from, size_t length, bool *ended)
{
	*ended = true;
	for (size_t at = from; at < length; at++)
	{
		if (split->place == PLACE_NESTED && ends_nested(split, bytes[at]))
			return at + 1;
		if (split->place == PLACE_SCALAR &&
		    (is_space(bytes[at]) || strchr(",]", bytes[at])))
			return at;
	}
	*ended = false;
	return length;
}

/*
 * Reads an array up to the end of its next value.
 */
static SplitEvent
feed_array(Split *split, const char *bytes, size_t length, size_t *used)
{
	size_t at = 0;
	size_t end;
	bool ended;

	while (split->place != PLACE_NESTED && split->place != PLACE_SCALAR)
	{
		SplitPlace before = split->place;

		while (at < length && is_space(bytes[at]))
			at++;
		*used = at;
		if (at == length)
			return SPLIT_MORE;
		if (!take_between(split, bytes[at]))
		{
			split->place = before;
			return SPLIT_BROKEN;
		}
		if (split->place != PLACE_NESTED && split->place != PLACE_SCALAR)
			at++;
	}
	end = find_end(split, bytes, at, length, &ended);
	*used = end;
	if (!ended)
		return hold(split, bytes + at, end - at) ? SPLIT_MORE : SPLIT_NO_MEMORY;
	split->place = PLACE_AFTER;
	return complete(split, bytes + at, end - at);
}

/*
 * Ends a line with these bytes, and with a CR less.  A blank one is none.
 */
static SplitEvent
complete_line(Split *split, const char *bytes, size_t length)
{
	SplitEvent event = complete(split, bytes, length);
	size_t blank = 0;

	if (event != SPLIT_RECEIPT)
		return event;
	if (split->receipt_length > 0 && split->receipt[split->receipt_length - 1] == '\r')
		split->receipt_length--;
	while (blank < split->receipt_length && is_space(split->receipt[blank]))
		blank++;
	return blank < split->receipt_length ? SPLIT_RECEIPT : SPLIT_MORE;
}

/*
 * Reads lines up to the end of the next one that is not blank.
 */
static SplitEvent
feed_lines(Split *split, const char *bytes, size_t length, size_t *used)
{
	size_t at = 0;

	while (at < length)
	{
		const char *newline = memchr(bytes + at, '\n', length - at);
		size_t end = newline ? (size_t) (newline - bytes) : length;
		SplitEvent event;

		forget(split);
		if (newline == NULL)
		{
			*used = length;
			return hold(split, bytes + at, end - at) ? SPLIT_MORE : SPLIT_NO_MEMORY;
		}
		event = complete_line(split, bytes + at, end - at);
		at = end + 1;
		*used = at;
		if (event != SPLIT_MORE)
			return event;
	}
	return SPLIT_MORE;
}

/*
 * Reads on.
 */
SplitEvent
split_feed(Split *split, const char *bytes, size_t length, size_t *used)
{
	SplitEvent event;

	forget(split);
	*used = 0;
	event = split->format == SPLIT_ARRAY ? feed_array(split, bytes, length, used)
	                                     : feed_lines(split, bytes, length, used);
	split->position += *used;
	return event;
}

/*
 * Ends.
 */
SplitEvent
split_end(Split *split)
{
	forget(split);
	if (split->format == SPLIT_ARRAY)
		return split->place == PLACE_END ? SPLIT_MORE : SPLIT_BROKEN;
	return split->length > 0 ? complete_line(split, "", 0) : SPLIT_MORE;
}

/*
 * Says what is wrong.
 */
void
split_describe(const Split *split, const char *bytes, size_t length, Buffer *text)
{
	static const char *const expected[] = {
		[PLACE_START] = "\"[\"",           [PLACE_FIRST] = "a receipt or \"]\"",
		[PLACE_NEXT] = "a receipt",        [PLACE_AFTER] = "\",\" or \"]\"",
		[PLACE_END] = "the end",           [PLACE_NESTED] = "the rest of a receipt",
		[PLACE_SCALAR] = "\",\" or \"]\"",
	};
	char found[64];

	if (length == 0)
		snprintf(found, sizeof(found), "The array ends");
	else if (*bytes > ' ' && *bytes < 0x7F)
		snprintf(found, sizeof(found), "Unexpected \"%c\"", *bytes);
	else
		snprintf(found, sizeof(found), "Unexpected 0x%02X", (unsigned char) *bytes);
	buffer_text(text, found);
	snprintf(found, sizeof(found), " at byte %zu; expected %s", split->position,
	         expected[split->place]);
	buffer_text(text, found);
}
