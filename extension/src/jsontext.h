/*
 * jsontext.h
 *	  A string read from JSON, and the ways to quote one.
 */
#ifndef PG_RECEIPTS_JSONTEXT_H
#define PG_RECEIPTS_JSONTEXT_H

#include "lib/stringinfo.h"

/*
 * A de-escaped string, not terminated.  It points into the input where the
 * input has no escape in it, else to a copy.
 */
typedef struct JsonText
{
	const char *bytes; /* NULL: no string */
	int length;
	bool escaped; /* the input had escapes: must be escaped again */
} JsonText;

extern bool json_text_equal(const JsonText *a, const JsonText *b);
extern char *json_text_quote(const char *bytes, int length, int limit);
extern void json_text_write(StringInfo out, const JsonText *text);

#endif /* PG_RECEIPTS_JSONTEXT_H */
