/*
 * decimalformat.h
 *	  Write integers of a fixed scale as decimals, and divide them.
 */
#ifndef PG_RECEIPTS_DECIMALFORMAT_H
#define PG_RECEIPTS_DECIMALFORMAT_H

#include "lib/stringinfo.h"

extern void decimal_write(StringInfo out, int128 value, int scale, int min_decimals);
extern char *decimal_to_cstring(int128 value, int scale, int min_decimals);
extern int128 divide_half_away(int128 dividend, int128 divisor);

#endif /* PG_RECEIPTS_DECIMALFORMAT_H */
