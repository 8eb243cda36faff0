/*
 * varint.h
 *	  Integers in as few bytes as they need: seven bits in each, the lowest
 *	  first; the high bit says that more follow.
 *
 * Signed numbers are folded ("zigzag"): 0, -1, 1, -2, ... become 0, 1, 2, 3.
 * Each number has one spelling only: a longer one than needed is refused.
 */
#ifndef PG_RECEIPTS_VARINT_H
#define PG_RECEIPTS_VARINT_H

/* Bytes of the longest number of 128 bits. */
#define VARINT_MAX_BYTES 19

/* What is being read. */
typedef struct ByteCursor
{
	const uint8 *p;
	const uint8 *end;
} ByteCursor;

extern uint8 *varint_put(uint8 *p, uint128 value);
extern uint8 *varint_put_signed(uint8 *p, int128 value);
extern bool varint_take(ByteCursor *cursor, uint128 *value);
extern bool varint_take_signed(ByteCursor *cursor, int128 *value);
extern bool varint_take_count(ByteCursor *cursor, int64 *value);

#endif /* PG_RECEIPTS_VARINT_H */
