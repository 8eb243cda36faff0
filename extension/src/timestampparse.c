/*
 * timestampparse.c
 *	  ISO 8601 timestamps, strictly.
 *
 * Read are a date, 'T' or a space, a time, and an offset or none:
 *
 *	  YYYY-MM-DD T hh:mm [ :ss [ .fraction ] ] [ Z | +hh | +hhmm | +hh:mm ]
 *
 * Digits of a fraction behind the sixth are cut off, not rounded, so that a
 * time never moves into the next second, hour or day.  A leap second, 60, is
 * the first second of the next minute, as PostgreSQL reads it.
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "problemtext.h"
#include "timestampparse.h"

#define MAX_FRACTION_DIGITS 6
#define MAX_OFFSET_HOURS 15 /* as PostgreSQL: MAX_TZDISP_HOUR */

#define WRONG_SHAPE                                                                    \
	problem_text("it is not of the form YYYY-MM-DDThh:mm:ss followed by an offset")

/* What is being read. */
typedef struct Cursor
{
	const char *p;
	const char *end;
} Cursor;

/* Take a byte if it is one of two. */
static bool
take(Cursor *cursor, char a, char b)
{
	if (cursor->p == cursor->end || (*cursor->p != a && *cursor->p != b))
		return false;
	cursor->p++;
	return true;
}

/* Take a number of exactly count digits. */
static bool
take_number(Cursor *cursor, int count, int *value)
{
	int result = 0;

	if (cursor->end - cursor->p < count)
		return false;
	for (int i = 0; i < count; i++)
	{
		unsigned int digit = (unsigned char) cursor->p[i] - '0';

		if (digit > 9)
			return false;
		result = result * 10 + digit;
	}
	cursor->p += count;
	*value = result;
	return true;
}

/* Take one or more digits of a fraction as microseconds. */
static bool
take_fraction(Cursor *cursor, fsec_t *microseconds)
{
	int digits = 0;
	fsec_t result = 0;

	for (; cursor->p < cursor->end; cursor->p++, digits++)
	{
		if (*cursor->p < '0' || *cursor->p > '9')
			break;
		if (digits < MAX_FRACTION_DIGITS)
			result = result * 10 + (*cursor->p - '0');
	}
	if (digits == 0)
		return false;
	for (; digits < MAX_FRACTION_DIGITS; digits++)
		result *= 10;
	*microseconds = result;
	return true;
}

/* Read the date and judge it. */
static const char *
parse_date(Cursor *cursor, struct pg_tm *tm)
{
	if (!take_number(cursor, 4, &tm->tm_year) || !take(cursor, '-', '-') ||
	    !take_number(cursor, 2, &tm->tm_mon) || !take(cursor, '-', '-') ||
	    !take_number(cursor, 2, &tm->tm_mday))
		return WRONG_SHAPE;
	if (tm->tm_year == 0)
		return problem_text("there is no year 0000");
	if (tm->tm_mon < 1 || tm->tm_mon > 12)
		return problem_text("there is no such month");
	if (tm->tm_mday < 1 || tm->tm_mday > day_tab[isleap(tm->tm_year)][tm->tm_mon - 1])
		return problem_text("the month has no such day");
	return NULL;
}

/* Read the time and judge it. */
static const char *
parse_time(Cursor *cursor, struct pg_tm *tm, fsec_t *microseconds)
{
	*microseconds = 0;
	tm->tm_sec = 0;
	if (!take_number(cursor, 2, &tm->tm_hour) || !take(cursor, ':', ':') ||
	    !take_number(cursor, 2, &tm->tm_min))
		return WRONG_SHAPE;
	if (take(cursor, ':', ':'))
	{
		if (!take_number(cursor, 2, &tm->tm_sec))
			return WRONG_SHAPE;
		if (take(cursor, '.', ',') && !take_fraction(cursor, microseconds))
			return WRONG_SHAPE;
	}
	if (tm->tm_hour > 23 || tm->tm_min > 59 || tm->tm_sec > 60)
		return problem_text("there is no such time of day");
	return NULL;
}

/* Read an offset as seconds east of Greenwich and judge it. */
static const char *
parse_offset(Cursor *cursor, int *seconds_east)
{
	bool west = *cursor->p == '-';
	int hours;
	int minutes = 0;

	*seconds_east = 0;
	if (take(cursor, 'Z', 'z'))
		return NULL;
	if (!take(cursor, '+', '-') || !take_number(cursor, 2, &hours))
		return WRONG_SHAPE;
	if (take(cursor, ':', ':') || cursor->p < cursor->end)
	{
		if (!take_number(cursor, 2, &minutes))
			return WRONG_SHAPE;
	}
	if (hours > MAX_OFFSET_HOURS || minutes > 59)
		return problem_text("there is no such offset from UTC");
	*seconds_east = (hours * MINS_PER_HOUR + minutes) * SECS_PER_MINUTE;
	if (west)
		*seconds_east = -*seconds_east;
	return NULL;
}

/* The instant of a local date and time, counted as if it were UTC. */
static TimestampTz
local_instant(const struct pg_tm *tm, fsec_t microseconds)
{
	int64 day = date2j(tm->tm_year, tm->tm_mon, tm->tm_mday) - POSTGRES_EPOCH_JDATE;
	int64 second =
		(tm->tm_hour * MINS_PER_HOUR + tm->tm_min) * SECS_PER_MINUTE + tm->tm_sec;

	return day * USECS_PER_DAY + second * USECS_PER_SEC + microseconds;
}

/* Whether an instant, in UTC, is within the years that four digits can say. */
static bool
within_years(TimestampTz instant)
{
	const int64 first = date2j(1, 1, 1) - POSTGRES_EPOCH_JDATE;
	const int64 behind = date2j(10000, 1, 1) - POSTGRES_EPOCH_JDATE;

	return instant >= first * USECS_PER_DAY && instant < behind * USECS_PER_DAY;
}

/*
 * Read a timestamp.  Without an offset it is local time in the default zone;
 * a time that a change to summer time leaves out, or that comes twice, is
 * read as PostgreSQL reads it.  Returns NULL, or what is wrong.
 */
const char *
timestamp_parse(const char *bytes, int length, pg_tz *default_zone, TimestampTz *result,
                bool *zone_given)
{
	Cursor cursor = {bytes, bytes + length};
	struct pg_tm tm = {0};
	fsec_t microseconds;
	int seconds_east;
	const char *wrong = parse_date(&cursor, &tm);

	if (wrong == NULL && !take(&cursor, 'T', 't') && !take(&cursor, ' ', ' '))
		wrong = WRONG_SHAPE;
	if (wrong == NULL)
		wrong = parse_time(&cursor, &tm, &microseconds);
	if (wrong != NULL)
		return wrong;

	*zone_given = cursor.p < cursor.end;
	if (*zone_given)
		wrong = parse_offset(&cursor, &seconds_east);
	else
		seconds_east = -DetermineTimeZoneOffset(&tm, default_zone);
	if (wrong != NULL)
		return wrong;
	if (cursor.p < cursor.end)
		return WRONG_SHAPE;

	*result = local_instant(&tm, microseconds) - seconds_east * USECS_PER_SEC;
	return within_years(*result)
	           ? NULL
	           : problem_text("in UTC it is not within the years 1 to 9999");
}
