/*
 * decimalparse.h
 *	  Exact decimals from JSON numbers, without numeric and without floats.
 *
 * A value is an integer of a fixed scale: with 2 decimals, 10.99 is 1099.
 */
#ifndef PG_RECEIPTS_DECIMALPARSE_H
#define PG_RECEIPTS_DECIMALPARSE_H

typedef enum DecimalResult
{
	DECIMAL_OK,
	DECIMAL_TOO_LARGE, /* more digits before the point than allowed */
	DECIMAL_TOO_FINE   /* more decimals than allowed */
} DecimalResult;

/*
 * What is allowed.  The digits of both together are at most 18.  Trailing
 * zeros count as no decimals, and an exponent is fine: 1.50e1 is 15.
 */
typedef struct DecimalFormat
{
	int whole_digits;
	int decimals;
} DecimalFormat;

extern DecimalResult decimal_parse(const char *bytes, int length, DecimalFormat format,
                                   int64 *value, bool *negative);
extern bool decimal_parse_wide(const char *bytes, int length, int decimals,
                               int128 *value);
extern bool decimal_fits_numeric(const char *bytes, int length);

#endif /* PG_RECEIPTS_DECIMALPARSE_H */
