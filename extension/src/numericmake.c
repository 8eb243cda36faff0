/*
 * numericmake.c
 *	  Make a numeric of an integer of a fixed scale.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "decimalformat.h"
#include "numericlayout.h"
#include "numericmake.h"

/* Up to this magnitude a number can be padded to whole base digits. */
#define MAX_FAST (PG_UINT64_MAX / (BASE / 10))

/* Base digits of any number of 64 bits. */
#define MAX_DIGITS 5

/* A numeric while it is made; digits from the lowest. */
typedef struct NumericParts
{
	bool negative;
	int dscale; /* decimals shown */
	int weight;
	int count;
	uint16 digits[MAX_DIGITS];
} NumericParts;

/* Take a magnitude apart into base digits, none of them an outer zero. */
static void
split_digits(uint64 magnitude, int scale, NumericParts *parts)
{
	int behind = (scale + BASE_DIGITS - 1) / BASE_DIGITS; /* the point */

	for (int pad = behind * BASE_DIGITS - scale; pad > 0; pad--)
		magnitude *= 10;
	parts->count = 0;
	parts->weight = -1 - behind;
	for (; magnitude > 0; magnitude /= BASE)
	{
		uint16 digit = (uint16) (magnitude % BASE);

		parts->weight++;
		if (digit != 0 || parts->count > 0)
			parts->digits[parts->count++] = digit;
	}
	if (parts->count == 0)
		parts->weight = 0;
}

/* Take value / 10^scale apart, without trailing zeros behind min_decimals. */
static void
take_apart(int64 value, int scale, int min_decimals, NumericParts *parts)
{
	uint64 magnitude = (uint64) (value < 0 ? -value : value);

	while (scale > min_decimals && magnitude % 10 == 0)
	{
		magnitude /= 10;
		scale--;
	}
	parts->negative = value < 0;
	parts->dscale = scale;
	split_digits(magnitude, scale, parts);
}

/* Write one word where none may be aligned; returns the place behind it. */
static inline char *
put_word(char *p, uint16 word)
{
	memcpy(p, &word, sizeof(word));
	return p + sizeof(word);
}

/* Write the short form; returns the place behind it. */
static char *
put_parts(char *p, const NumericParts *parts)
{
	p = put_word(p, FORM_SHORT | (parts->negative ? SHORT_NEGATIVE : 0) |
	                    (uint16) (parts->dscale << SHORT_DSCALE_SHIFT) |
	                    (parts->weight < 0 ? SHORT_WEIGHT_SIGN : 0) |
	                    (uint16) (parts->weight & SHORT_WEIGHT_MASK));
	for (int i = parts->count - 1; i >= 0; i--)
		p = put_word(p, parts->digits[i]);
	return p;
}

/* Bytes of the short form. */
static inline Size
parts_size(const NumericParts *parts)
{
	return (1 + parts->count) * sizeof(uint16);
}

/* Make a numeric of any magnitude by way of its text. */
static Datum
make_by_text(int128 value, int scale, int min_decimals)
{
	char *text = decimal_to_cstring(value, scale, min_decimals);

	return DirectFunctionCall3(numeric_in, CStringGetDatum(text),
	                           ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/*
 * Make value / 10^scale, without trailing zeros behind min_decimals.
 */
Datum
numeric_make(int128 value, int scale, int min_decimals)
{
	NumericParts parts;
	struct varlena *result;

	if (value > (int128) MAX_FAST || value < -(int128) MAX_FAST)
		return make_by_text(value, scale, min_decimals);
	take_apart((int64) value, scale, min_decimals, &parts);
	result = palloc(VARHDRSZ + parts_size(&parts));
	SET_VARSIZE(result, VARHDRSZ + parts_size(&parts));
	put_parts(VARDATA(result), &parts);
	return PointerGetDatum(result);
}

/*
 * Write the same as an attribute in a tuple, where it needs no alignment;
 * returns the place behind it.  For the amounts of items, which are below
 * 10^16; there must be room for NUMERIC_MAX_PACKED bytes.
 */
char *
numeric_put_packed(char *p, int64 value, int scale, int min_decimals)
{
	NumericParts parts;

	Assert(value <= (int64) MAX_FAST && value >= -(int64) MAX_FAST);
	take_apart(value, scale, min_decimals, &parts);
	SET_VARSIZE_SHORT(p, VARHDRSZ_SHORT + parts_size(&parts));
	return put_parts(p + VARHDRSZ_SHORT, &parts);
}
