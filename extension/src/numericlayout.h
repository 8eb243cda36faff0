/*
 * numericlayout.h
 *	  The bytes of a numeric.
 *
 * The aggregate reads nine numerics of a receipt of three items, and
 * receipt_parse() makes as many.  By numeric's own functions each takes longer
 * than all the rest of the work, so the bytes are read and written here.
 * Their layout is private to numeric.c, but it is also the layout on disk,
 * which pg_upgrade has kept the same since 9.1; the regress tests compare
 * every shape with numeric's own functions.
 *
 * The bytes: a header of 16 bits (short form) or 32 (long form), then digits
 * of base 10000, 16 bits each, the first and the last of them not 0.  The
 * value is the sum of digit[i] * 10000^(weight - i).
 */
#ifndef PG_RECEIPTS_NUMERICLAYOUT_H
#define PG_RECEIPTS_NUMERICLAYOUT_H

#define BASE 10000
#define BASE_DIGITS 4

/* The header's two highest bits. */
#define FORM_MASK 0xC000
#define FORM_NEGATIVE 0x4000
#define FORM_SHORT 0x8000
#define FORM_SPECIAL 0xC000 /* NaN and the infinities */

/* The other bits of the short form. */
#define SHORT_NEGATIVE 0x2000
#define SHORT_DSCALE_SHIFT 7
#define SHORT_WEIGHT_SIGN 0x0040
#define SHORT_WEIGHT_MASK 0x003F

#endif /* PG_RECEIPTS_NUMERICLAYOUT_H */
