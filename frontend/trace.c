/*
 * trace.c
 *	  W3C trace context; see trace.h.
 */
#include "frontend/trace.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

/* Where its other fields begin, and how long they are. */
#define SPAN_AT 36
#define SPAN_LENGTH 16
#define FLAGS_AT 53

/* A text that no field of ids may be. */
static const char zeros[] = "00000000000000000000000000000000";

/*
 * Whether a field holds this many digits, lower case as the standard has them.
 */
static bool
is_hex(const char *field, size_t length)
{
	return strspn(field, "0123456789abcdef") >= length;
}

/*
 * Judges a header.  Versions to come may append fields; ff is none.
 */
static bool
is_good(const char *header)
{
	size_t length = strlen(header);

	if (length < TRACEPARENT_SIZE - 1 || header[2] != '-' ||
	    header[SPAN_AT - 1] != '-' || header[FLAGS_AT - 1] != '-')
		return false;
	if (!is_hex(header, 2) || !is_hex(header + TRACE_ID_AT, TRACE_ID_LENGTH) ||
	    !is_hex(header + SPAN_AT, SPAN_LENGTH) || !is_hex(header + FLAGS_AT, 2))
		return false;
	if (strncmp(header + TRACE_ID_AT, zeros, TRACE_ID_LENGTH) == 0 ||
	    strncmp(header + SPAN_AT, zeros, SPAN_LENGTH) == 0 ||
	    strncmp(header, "ff", 2) == 0)
		return false;
	return length == TRACEPARENT_SIZE - 1 ||
	       (strncmp(header, "00", 2) != 0 && header[TRACEPARENT_SIZE - 1] == '-');
}

/*
 * Draws the id of a span, which is not zero.
 */
static uint64_t
draw_span(void)
{
	uint64_t span = 0;

	while (span == 0)
	{
		if (getrandom(&span, sizeof(span), 0) != sizeof(span))
			span = 0;
	}
	return span;
}

/*
 * Goes on with a trace.  Of the flags only "sampled" is known to version 00,
 * which is the one that we write.
 */
bool
trace_continue(const char *header, char traceparent[TRACEPARENT_SIZE])
{
	bool sampled;

	traceparent[0] = '\0';
	if (header == NULL || !is_good(header))
		return false;
	sampled = strchr("13579bdf", header[FLAGS_AT + 1]) != NULL;
	snprintf(traceparent, TRACEPARENT_SIZE, "00-%.*s-%016llx-%s", TRACE_ID_LENGTH,
	         header + TRACE_ID_AT, (unsigned long long) draw_span(),
	         sampled ? "01" : "00");
	return true;
}
