/*
 * bytewrite.h
 *	  Append to a StringInfo without a call: the canonical form is written in
 *	  many small pieces.
 */
#ifndef PG_RECEIPTS_BYTEWRITE_H
#define PG_RECEIPTS_BYTEWRITE_H

#include "lib/stringinfo.h"

/* Append bytes. */
static inline void
write_bytes(StringInfo out, const char *bytes, int length)
{
	if (unlikely(out->len + length >= out->maxlen))
		enlargeStringInfo(out, length);
	memcpy(out->data + out->len, bytes, length);
	out->len += length;
	out->data[out->len] = '\0';
}

/* Append one byte. */
static inline void
write_byte(StringInfo out, char byte)
{
	write_bytes(out, &byte, 1);
}

/* Append a string literal. */
#define write_literal(out, literal) write_bytes(out, literal, sizeof(literal) - 1)

#endif /* PG_RECEIPTS_BYTEWRITE_H */
