/*
 * decimalparse.c
 *	  Exact decimals from JSON numbers.
 *
 * The bytes given here have passed json_lex(), so they have the syntax
 * -?int[.digits][e[+-]digits], where int has no leading zero.
 */
#include "postgres.h"

#include "decimalparse.h"
#include "limits.h"

/* Exponents beyond this are as good as infinite for every limit we have. */
#define EXPONENT_CAP 1000000000

static const int64 powers_of_ten[] = {1,
                                      10,
                                      100,
                                      1000,
                                      10000,
                                      100000,
                                      1000000,
                                      10000000,
                                      100000000,
                                      1000000000,
                                      10000000000,
                                      100000000000,
                                      1000000000000,
                                      10000000000000,
                                      100000000000000,
                                      1000000000000000,
                                      10000000000000000,
                                      100000000000000000,
                                      1000000000000000000};

/*
 * A number taken apart: 0.d1 d2 d3 ... times ten to the power of point, where
 * d1 is the first digit that is not zero.
 */
typedef struct DecimalParts
{
	const char *first; /* first and last digit that is not zero; NULL: value 0 */
	const char *last;
	int64 point;    /* digits before the decimal point; may be negative */
	int64 decimals; /* digits behind the point as written, zeros too */
} DecimalParts;

/* Read an exponent, if there is one, with a cap instead of an overflow. */
static int64
parse_exponent(const char *p, const char *end)
{
	bool negative;
	int64 exponent = 0;

	if (p >= end)
		return 0;
	p++; /* e or E */
	negative = (*p == '-');
	if (*p == '-' || *p == '+')
		p++;
	for (; p < end; p++)
		exponent = Min(exponent * 10 + (*p - '0'), EXPONENT_CAP);
	return negative ? -exponent : exponent;
}

/* Take a number, without its sign, apart. */
static void
take_apart(const char *p, const char *end, DecimalParts *parts)
{
	int64 before = 0; /* of the point, without leading zeros */
	int64 behind = 0; /* of the point */
	int64 zeros = 0;  /* behind the point, before the first other digit */
	bool seen_point = false;
	int64 exponent;

	parts->first = parts->last = NULL;
	for (; p < end && *p != 'e' && *p != 'E'; p++)
	{
		if (*p == '.')
		{
			seen_point = true;
			continue;
		}
		if (*p != '0')
		{
			parts->first = parts->first ? parts->first : p;
			parts->last = p;
		}
		if (seen_point)
			behind++;
		else if (parts->first != NULL)
			before++;
		if (parts->first == NULL && seen_point)
			zeros++;
	}
	exponent = parse_exponent(p, end);
	parts->point = before - zeros + exponent;
	parts->decimals = behind - exponent;
}

/* Significant digits between first and last, both included. */
static int64
significant_digits(const DecimalParts *parts)
{
	int64 count = parts->last - parts->first + 1;

	return memchr(parts->first, '.', count) ? count - 1 : count;
}

/* Read a number of any shape. */
static DecimalResult
parse_any(const char *p, const char *end, DecimalFormat format, int64 *value)
{
	DecimalParts parts;
	int64 decimals;
	int64 result = 0;

	*value = 0;
	take_apart(p, end, &parts);
	if (parts.first == NULL)
		return DECIMAL_OK;
	if (parts.point > format.whole_digits)
		return DECIMAL_TOO_LARGE;
	decimals = significant_digits(&parts) - parts.point;
	if (decimals > format.decimals)
		return DECIMAL_TOO_FINE;
	for (p = parts.first; p <= parts.last; p++)
	{
		if (*p != '.')
			result = result * 10 + (*p - '0');
	}
	*value = result * powers_of_ten[format.decimals - decimals];
	return DECIMAL_OK;
}

/*
 * Read plain digits with at most one point, the shape of nearly every number;
 * false if this number is of another shape or near a limit.
 */
static bool
parse_plain(const char *p, const char *end, DecimalFormat format, int64 *value)
{
	const char *point = NULL;
	int64 result = 0;
	int whole;
	int decimals;

	if (end - p > 18)
		return false;
	for (const char *digit = p; digit < end; digit++)
	{
		unsigned int d = (unsigned char) *digit - '0';

		if (likely(d <= 9))
			result = result * 10 + d;
		else if (*digit == '.')
			point = digit;
		else
			return false;
	}
	whole = (point ? point : end) - p;
	decimals = point ? end - point - 1 : 0;
	if (whole > format.whole_digits || decimals > format.decimals)
		return false;
	*value = result * powers_of_ten[format.decimals - decimals];
	return true;
}

/*
 * Read a number as an integer of format.decimals.  The size is judged without
 * the sign; *negative tells of a value below zero (-0 is 0).
 */
DecimalResult
decimal_parse(const char *bytes, int length, DecimalFormat format, int64 *value,
              bool *negative)
{
	const char *p = bytes;
	const char *end = bytes + length;
	bool minus = (*p == '-');
	DecimalResult result = DECIMAL_OK;

	p += minus;
	if (!parse_plain(p, end, format, value))
		result = parse_any(p, end, format, value);
	*negative = minus && (result != DECIMAL_OK || *value != 0);
	if (*negative)
		*value = -*value;
	return result;
}

/*
 * Append a digit to a value that is summed up below zero, where there is room
 * for one more value than above.
 */
static bool
append_wide_digit(int128 *value, int digit)
{
	return !__builtin_mul_overflow(*value, (int128) 10, value) &&
	       !__builtin_sub_overflow(*value, (int128) digit, value);
}

/*
 * Read a plain number without exponent as a 128-bit integer of the given
 * decimals; false if it does not fit.  For the text form of summaries, which
 * we write ourselves.
 */
bool
decimal_parse_wide(const char *bytes, int length, int decimals, int128 *value)
{
	const char *end = bytes + length;
	bool minus = (*bytes == '-');
	bool seen_point = false;
	int behind = 0;

	*value = 0;
	for (const char *p = bytes + minus; p < end; p++)
	{
		if (*p == '.')
		{
			seen_point = true;
			continue;
		}
		if (*p < '0' || *p > '9' || (seen_point && ++behind > decimals) ||
		    !append_wide_digit(value, *p - '0'))
			return false;
	}
	for (; behind < decimals; behind++)
	{
		if (!append_wide_digit(value, 0))
			return false;
	}
	return minus || !__builtin_sub_overflow((int128) 0, *value, value);
}

/*
 * Whether a number of any shape can be read by numeric.  Short ones without
 * an exponent always can.
 */
bool
decimal_fits_numeric(const char *bytes, int length)
{
	const char *end = bytes + length;
	DecimalParts parts;

	if (length < 1000 && memchr(bytes, 'e', length) == NULL &&
	    memchr(bytes, 'E', length) == NULL)
		return true;
	take_apart(bytes + (*bytes == '-'), end, &parts);
	if (parts.decimals > NUMERIC_FRACTION_DIGITS)
		return false;
	return parts.point <= NUMERIC_WHOLE_DIGITS;
}
