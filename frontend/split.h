/*
 * split.h
 *	  Cuts the receipts out of the body of a batch, as its bytes arrive.
 *
 * It knows no more of JSON than where a value ends: it counts brackets outside
 * strings.  Whether what it cuts out is a receipt, or JSON at all, is for the
 * database to say, which gets its exact bytes.  Never more than one receipt is
 * held, and of one beyond the limit nothing.
 *
 *	   while (length > 0)
 *		   switch (split_feed(split, bytes, length, &used))
 *			   SPLIT_RECEIPT: ... split->receipt, until the next call ...
 *	   split_end(split)
 */
#ifndef FRONTEND_SPLIT_H
#define FRONTEND_SPLIT_H

#include "common/buffer.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum SplitFormat
{
	SPLIT_ARRAY, /* one JSON array */
	SPLIT_LINES  /* NDJSON: one value a line; blank lines do not count */
} SplitFormat;

typedef enum SplitEvent
{
	SPLIT_MORE,      /* no receipt ended in these bytes; at the end: none was open */
	SPLIT_RECEIPT,   /* one did */
	SPLIT_TOO_LARGE, /* one did that was beyond the limit */
	SPLIT_BROKEN,    /* what is there is no array of values; this is the end */
	SPLIT_NO_MEMORY
} SplitEvent;

/* Where in the text the next byte stands. */
typedef enum SplitPlace
{
	PLACE_START, /* before the array */
	PLACE_FIRST, /* after its "[" */
	PLACE_NEXT,  /* after a comma */
	PLACE_AFTER, /* after a value */
	PLACE_END,   /* after its "]" */
	PLACE_NESTED,
	PLACE_SCALAR,
	PLACE_LINE
} SplitPlace;

typedef struct Split
{
	SplitFormat format;
	size_t limit;
	SplitPlace place;
	size_t position; /* bytes read */
	size_t depth;    /* open brackets of the value */
	bool in_string;
	bool escaped;
	size_t length;  /* of the value so far, also of what is not held */
	Buffer partial; /* its bytes from earlier calls */
	bool complete;  /* the last call gave a receipt */

	const char *receipt;
	size_t receipt_length;
} Split;

extern void split_init(Split *split, SplitFormat format, size_t limit);
extern void split_free(Split *split);

/* Reads up to the end of the next receipt; *used says how far that was. */
extern SplitEvent split_feed(Split *split, const char *bytes, size_t length,
                             size_t *used);

/* The body is over: gives the last line, or says that the array is not closed. */
extern SplitEvent split_end(Split *split);

/* After SPLIT_BROKEN: a sentence about what is wrong.  bytes: those not used. */
extern void split_describe(const Split *split, const char *bytes, size_t length,
                           Buffer *text);

#endif /* FRONTEND_SPLIT_H */
