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
#define MAX_FAST (PG_UINT64_MAX / BASE)

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

/* Write the short form. */
static Datum
write_numeric(const NumericParts *parts)
{
	Size size = VARHDRSZ + sizeof(uint16) + parts->count * sizeof(uint16);
	struct varlena *result = palloc(size);
	uint16 *words = (uint16 *) VARDATA(result);

	SET_VARSIZE(result, size);
	*words++ = FORM_SHORT | (parts->negative ? SHORT_NEGATIVE : 0) |
	           (uint16) (parts->dscale << SHORT_DSCALE_SHIFT) |
	           (parts->weight < 0 ? SHORT_WEIGHT_SIGN : 0) |
	           (uint16) (parts->weight & SHORT_WEIGHT_MASK);
	for (int i = parts->count - 1; i >= 0; i--)
		*words++ = parts->digits[i];
	return PointerGetDatum(result);
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
	NumericParts parts = {.negative = value < 0};
	uint64 magnitude;

	if (value > (int128) MAX_FAST || value < -(int128) MAX_FAST)
		return make_by_text(value, scale, min_decimals);
	magnitude = (uint64) (value < 0 ? -value : value);
	while (scale > min_decimals && magnitude % 10 == 0)
	{
		magnitude /= 10;
		scale--;
	}
	parts.dscale = scale;
	split_digits(magnitude, scale, &parts);
	return write_numeric(&parts);
}
