/*
 * numericmake.h
 *	  Make a numeric of an integer of a fixed scale.
 */
#ifndef PG_RECEIPTS_NUMERICMAKE_H
#define PG_RECEIPTS_NUMERICMAKE_H

extern Datum numeric_make(int128 value, int scale, int min_decimals);

#endif /* PG_RECEIPTS_NUMERICMAKE_H */
