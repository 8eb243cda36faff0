/*
 * buffer.h
 *	  A growing byte buffer, and JSON text written into it.
 *
 * A buffer that ran out of memory takes nothing more and says so in failed, so
 * that a caller appends freely and checks once at the end.
 */
#ifndef COMMON_BUFFER_H
#define COMMON_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Buffer
{
	char *data; /* always followed by a NUL byte, once something was appended */
	size_t used;
	size_t size;
	bool failed;
} Buffer;

/* An empty buffer is all zeros; this makes one of any memory. */
extern void buffer_init(Buffer *buffer);
extern void buffer_free(Buffer *buffer);

/* Makes room for that many more bytes; false when there is no memory. */
extern bool buffer_reserve(Buffer *buffer, size_t more);

extern void buffer_append(Buffer *buffer, const void *bytes, size_t length);
extern void buffer_text(Buffer *buffer, const char *text);
extern void buffer_int(Buffer *buffer, long long number);

/* Appends text, which must be UTF-8, as a JSON string with its quotes. */
extern void buffer_json(Buffer *buffer, const char *text, size_t length);

#endif /* COMMON_BUFFER_H */
