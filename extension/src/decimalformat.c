/*
 * decimalformat.c
 *	  Write integers of a fixed scale as decimals.
 */
#include "postgres.h"

#include "bytewrite.h"
#include "decimalformat.h"

/* Digits of a 128-bit number, with room for a sign and a terminator. */
#define MAX_WIDE_DIGITS 41

/* Nine digits at a time: division of 128 bits is slow. */
#define CHUNK 1000000000
#define CHUNK_DIGITS 9

/*
 * Write an unsigned number, backwards from end, with at least min_digits;
 * returns where it starts.
 */
static char *
write_digits(char *end, uint128 value, int min_digits)
{
	char *p = end;

	while (value > PG_UINT64_MAX)
	{
		uint32 chunk = (uint32) (value % CHUNK);

		value /= CHUNK;
		for (int i = 0; i < CHUNK_DIGITS; i++, chunk /= 10)
			*--p = '0' + chunk % 10;
	}
	for (uint64 rest = (uint64) value; rest > 0; rest /= 10)
		*--p = '0' + (char) (rest % 10);
	while (end - p < min_digits)
		*--p = '0';
	return p;
}

/*
 * Write value / 10^scale, without trailing zeros behind min_decimals, and
 * without a point when no decimal is left.
 */
void
decimal_write(StringInfo out, int128 value, int scale, int min_decimals)
{
	char digits[MAX_WIDE_DIGITS];
	char *end = digits + sizeof(digits);
	uint128 magnitude = value < 0 ? -(uint128) value : (uint128) value;
	char *start = write_digits(end, magnitude, scale + 1);
	char *point = end - scale;

	while (end - point > min_decimals && end[-1] == '0')
		end--;
	if (value < 0)
		write_byte(out, '-');
	write_bytes(out, start, point - start);
	if (end > point)
	{
		write_byte(out, '.');
		write_bytes(out, point, end - point);
	}
}

/* The same as a string of its own. */
char *
decimal_to_cstring(int128 value, int scale, int min_decimals)
{
	StringInfoData out;

	initStringInfo(&out);
	decimal_write(&out, value, scale, min_decimals);
	return out.data;
}

/*
 * Divide, rounding half away from zero, by a divisor above zero.  Averages
 * and line sums are rounded by this and nothing else.
 */
int128
divide_half_away(int128 dividend, int128 divisor)
{
	int128 quotient = dividend / divisor;
	int128 rest = dividend % divisor;

	if (rest < 0)
		rest = -rest;
	if (rest >= divisor - rest)
		quotient += dividend < 0 ? -1 : 1;
	return quotient;
}
