/*
 * varint.c
 *	  Integers in as few bytes as they need.
 */
#include "postgres.h"

#include "varint.h"

/* Write a number; returns the place behind it. */
uint8 *
varint_put(uint8 *p, uint128 value)
{
	uint64 rest;

	while (value > PG_UINT64_MAX)
	{
		*p++ = (uint8) value | 0x80;
		value >>= 7;
	}
	for (rest = (uint64) value; rest >= 0x80; rest >>= 7)
		*p++ = (uint8) rest | 0x80;
	*p++ = (uint8) rest;
	return p;
}

/* Write a signed number. */
uint8 *
varint_put_signed(uint8 *p, int128 value)
{
	uint128 folded = (uint128) value << 1;

	return varint_put(p, value < 0 ? ~folded : folded);
}

/*
 * Read a number; false if the bytes end too early, hold more than 128 bits,
 * or spell the number longer than needed.
 */
bool
varint_take(ByteCursor *cursor, uint128 *value)
{
	uint128 result = 0;

	for (int shift = 0; cursor->p < cursor->end && shift < VARINT_MAX_BYTES * 7;
	     shift += 7)
	{
		uint8 byte = *cursor->p++;

		/* the last possible byte has room for the two highest bits only */
		if (shift == (VARINT_MAX_BYTES - 1) * 7 && byte > 3)
			return false;
		result |= (uint128) (byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
		{
			*value = result;
			return byte != 0 || shift == 0;
		}
	}
	return false;
}

/* Read a signed number. */
bool
varint_take_signed(ByteCursor *cursor, int128 *value)
{
	uint128 folded;

	if (!varint_take(cursor, &folded))
		return false;
	*value = (int128) (folded >> 1);
	if (folded & 1)
		*value = ~*value;
	return true;
}

/* Read a number that must fit the range of counts and lengths. */
bool
varint_take_count(ByteCursor *cursor, int64 *value)
{
	uint128 wide;

	if (!varint_take(cursor, &wide) || wide > PG_INT64_MAX)
		return false;
	*value = (int64) wide;
	return true;
}
