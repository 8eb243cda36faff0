/*
 * timestampformat.h
 *	  Write a timestamp in RFC 3339, in UTC.
 */
#ifndef PG_RECEIPTS_TIMESTAMPFORMAT_H
#define PG_RECEIPTS_TIMESTAMPFORMAT_H

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"

extern void timestamp_write(StringInfo out, TimestampTz instant);
extern char *timestamp_to_cstring(TimestampTz instant);

#endif /* PG_RECEIPTS_TIMESTAMPFORMAT_H */
