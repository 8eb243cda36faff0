/*
 * buffer.c
 *	  A growing byte buffer; see buffer.h.
 */
#include "common/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 128

/*
 * Empties without freeing; for memory that holds no buffer yet.
 */
void
buffer_init(Buffer *buffer)
{
	memset(buffer, 0, sizeof(*buffer));
}

/*
 * Frees the memory and leaves an empty buffer.
 */
void
buffer_free(Buffer *buffer)
{
	free(buffer->data);
	buffer_init(buffer);
}

/*
 * Grows by doubling, so that appending is linear in all.
 */
bool
buffer_reserve(Buffer *buffer, size_t more)
{
	size_t wanted = buffer->used + more + 1;
	size_t size = buffer->size > 0 ? buffer->size : FIRST_SIZE;
	char *data;

	if (buffer->failed)
		return false;
	if (wanted <= buffer->size)
		return true;
	while (size < wanted)
		size *= 2;
	data = realloc(buffer->data, size);
	if (data == NULL)
	{
		buffer->failed = true;
		return false;
	}
	buffer->data = data;
	buffer->size = size;
	return true;
}

/*
 * Appends bytes.
 */
void
buffer_append(Buffer *buffer, const void *bytes, size_t length)
{
	if (!buffer_reserve(buffer, length))
		return;
	if (length > 0)
		memcpy(buffer->data + buffer->used, bytes, length);
	buffer->used += length;
	buffer->data[buffer->used] = '\0';
}

/*
 * Appends a C string.
 */
void
buffer_text(Buffer *buffer, const char *text)
{
	buffer_append(buffer, text, strlen(text));
}

/*
 * Appends a number in decimal.
 */
void
buffer_int(Buffer *buffer, long long number)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%lld", number);

	buffer_append(buffer, digits, (size_t) length);
}

/*
 * Appends the escape of one byte that cannot stand in a JSON string as it is.
 */
static void
append_escape(Buffer *buffer, unsigned char byte)
{
	static const char plain[] = "\"\\\b\f\n\r\t";
	static const char letters[] = "\"\\bfnrt";
	const char *at = byte != 0 ? strchr(plain, byte) : NULL;
	char escape[8];

	if (at != NULL)
		snprintf(escape, sizeof(escape), "\\%c", letters[at - plain]);
	else
		snprintf(escape, sizeof(escape), "\\u%04x", byte);
	buffer_text(buffer, escape);
}

/*
 * Appends a JSON string.  Runs of harmless bytes are copied whole.
 */
void
buffer_json(Buffer *buffer, const char *text, size_t length)
{
	size_t start = 0;

	buffer_append(buffer, "\"", 1);
	for (size_t i = 0; i < length; i++)
	{
		unsigned char byte = (unsigned char) text[i];

		if (byte >= 0x20 && byte != '"' && byte != '\\')
			continue;
		buffer_append(buffer, text + start, i - start);
		append_escape(buffer, byte);
		start = i + 1;
	}
	buffer_append(buffer, text + start, length - start);
	buffer_append(buffer, "\"", 1);
}
