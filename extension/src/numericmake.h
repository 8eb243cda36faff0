/*
 * numericmake.h
 *	  Make a numeric of an integer of a fixed scale.
 */
#ifndef PG_RECEIPTS_NUMERICMAKE_H
#define PG_RECEIPTS_NUMERICMAKE_H

/* Bytes of a packed numeric at most: two headers and five base digits. */
#define NUMERIC_MAX_PACKED 13

extern Datum numeric_make(int128 value, int scale, int min_decimals);
extern char *numeric_put_packed(char *p, int64 value, int scale, int min_decimals);

#endif /* PG_RECEIPTS_NUMERICMAKE_H */
