/*
 * jsonskip.h
 *	  Consume a value of any shape that we do not interpret.
 *
 * It is checked all the same: syntax, depth, duplicate keys, escapes, and
 * numbers that PostgreSQL could not hold.
 */
#ifndef PG_RECEIPTS_JSONSKIP_H
#define PG_RECEIPTS_JSONSKIP_H

#include "jsonscan.h"

extern void json_skip(JsonScan *scan, StringInfo keep);

#endif /* PG_RECEIPTS_JSONSKIP_H */
