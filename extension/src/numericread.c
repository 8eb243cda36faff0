/*
 * numericread.c
 *	  Read a numeric as an integer of a fixed scale, exactly.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "numericlayout.h"
#include "numericread.h"

/* Base digits before the point of any value that can fit. */
#define MAX_WEIGHT 4

/* Base digits of any value that can fit: MAX_WEIGHT + 1, and of decimals. */
#define MAX_DIGITS 7

/* A numeric taken apart. */
typedef struct NumericParts
{
	bool negative;
	int weight;
	int count;          /* of digits */
	const char *digits; /* perhaps not aligned */
} NumericParts;

/* Read 16 bits that may not be aligned. */
static inline uint16
read_word(const char *p)
{
	uint16 word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* Take a numeric apart; false if it is NaN or infinite. */
static bool
take_apart(const char *bytes, int length, NumericParts *parts)
{
	uint16 header = read_word(bytes);
	int header_length;

	if ((header & FORM_MASK) == FORM_SPECIAL)
		return false;
	if ((header & FORM_MASK) == FORM_SHORT)
	{
		header_length = sizeof(uint16);
		parts->negative = (header & SHORT_NEGATIVE) != 0;
		parts->weight = header & SHORT_WEIGHT_MASK;
		if (header & SHORT_WEIGHT_SIGN)
			parts->weight -= SHORT_WEIGHT_MASK + 1;
	}
	else
	{
		header_length = 2 * sizeof(uint16);
		parts->negative = (header & FORM_MASK) == FORM_NEGATIVE;
		parts->weight = (int16) read_word(bytes + sizeof(uint16));
	}
	parts->digits = bytes + header_length;
	parts->count = (length - header_length) / (int) sizeof(uint16);
	return true;
}

/* Multiply by ten to the power of a small exponent. */
static inline int128
shift_decimal(int128 value, int exponent)
{
	for (; exponent > 0; exponent--)
		value *= 10;
	return value;
}

/* Raise the error of a number outside the range. */
static void
raise_out_of_range(const char *what, const char *detail)
{
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
	                errmsg("%s out of range", what), errdetail_internal("%s", detail)));
}

/* Raise the error of a number with more decimals than the scale. */
static void
raise_too_fine(const char *what, int scale)
{
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
	                errmsg("%s has too many decimals", what),
	                errdetail("At most %d decimals can be added up exactly.", scale),
	                errhint("Round it first.")));
}

/* The magnitude at the given scale; exact, or an error. */
static int128
scale_magnitude(const NumericParts *parts, int scale, const char *what)
{
	int exponent = (parts->weight - parts->count + 1) * BASE_DIGITS + scale;
	int128 magnitude = 0;
	int128 divisor;

	if (parts->weight > MAX_WEIGHT)
		raise_out_of_range(what, "It has too many digits before the point.");
	if (parts->count > MAX_DIGITS || exponent <= -BASE_DIGITS)
		raise_too_fine(what, scale);
	for (int i = 0; i < parts->count; i++)
		magnitude = magnitude * BASE + read_word(parts->digits + i * sizeof(uint16));
	if (exponent >= 0)
		return shift_decimal(magnitude, exponent);
	divisor = shift_decimal(1, -exponent);
	if (magnitude % divisor != 0)
		raise_too_fine(what, scale);
	return magnitude / divisor;
}

/*
 * Read a numeric as value * 10^scale, for scales up to 6.  What does not fit
 * is an error that says what the number is: sums must not lose anything.
 */
int64
numeric_read_scaled(Datum numeric, int scale, const char *what)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(numeric);
	NumericParts parts;
	int128 magnitude;

	if (!take_apart(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), &parts))
		raise_out_of_range(what, "It is not a finite number.");
	if (parts.count == 0)
		return 0;
	magnitude = scale_magnitude(&parts, scale, what);
	if (magnitude > PG_INT64_MAX)
		raise_out_of_range(what, "It has too many digits before the point.");
	return parts.negative ? -(int64) magnitude : (int64) magnitude;
}
