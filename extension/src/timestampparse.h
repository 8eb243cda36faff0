/*
 * timestampparse.h
 *	  ISO 8601 timestamps, strictly.
 *
 * Not timestamptz_in(): that one also reads "now", "infinity", other orders
 * of day and month by DateStyle, and takes the zone from the session.
 */
#ifndef PG_RECEIPTS_TIMESTAMPPARSE_H
#define PG_RECEIPTS_TIMESTAMPPARSE_H

#include "datatype/timestamp.h"
#include "pgtime.h"

extern const char *timestamp_parse(const char *bytes, int length, pg_tz *default_zone,
                                   TimestampTz *result, bool *zone_given);

#endif /* PG_RECEIPTS_TIMESTAMPPARSE_H */
