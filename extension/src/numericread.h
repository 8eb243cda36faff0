/*
 * numericread.h
 *	  Read a numeric as an integer of a fixed scale, exactly.
 */
#ifndef PG_RECEIPTS_NUMERICREAD_H
#define PG_RECEIPTS_NUMERICREAD_H

extern int64 numeric_read_scaled(Datum numeric, int scale, const char *what);

#endif /* PG_RECEIPTS_NUMERICREAD_H */
