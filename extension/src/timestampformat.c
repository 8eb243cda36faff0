/*
 * timestampformat.c
 *	  Write a timestamp in RFC 3339, in UTC.
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "bytewrite.h"
#include "timestampformat.h"

/* "YYYY-MM-DDThh:mm:ss.uuuuuuZ" and a terminator */
#define MAX_TIMESTAMP_LENGTH 28

/* Write a number with leading zeros; returns the place behind it. */
static char *
put_number(char *p, int value, int digits)
{
	for (int i = digits - 1; i >= 0; i--, value /= 10)
		p[i] = '0' + (char) (value % 10);
	return p + digits;
}

/* Write a number and the separator behind it. */
static char *
put_part(char *p, int value, int digits, char separator)
{
	p = put_number(p, value, digits);
	*p = separator;
	return p + 1;
}

/*
 * Write an instant of the years 1 to 9999; microseconds only where there are
 * some, all six digits of them.
 */
void
timestamp_write(StringInfo out, TimestampTz instant)
{
	char buffer[MAX_TIMESTAMP_LENGTH];
	char *p = buffer;
	int64 day = instant / USECS_PER_DAY;
	int64 rest = instant % USECS_PER_DAY;
	int year, month, mday;
	int second, microsecond;

	if (rest < 0)
	{
		rest += USECS_PER_DAY;
		day--;
	}
	j2date((int) day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	second = (int) (rest / USECS_PER_SEC);
	microsecond = (int) (rest % USECS_PER_SEC);
	p = put_part(p, year, 4, '-');
	p = put_part(p, month, 2, '-');
	p = put_part(p, mday, 2, 'T');
	p = put_part(p, second / SECS_PER_HOUR, 2, ':');
	p = put_part(p, second / SECS_PER_MINUTE % MINS_PER_HOUR, 2, ':');
	p = put_number(p, second % SECS_PER_MINUTE, 2);
	if (microsecond != 0)
	{
		*p++ = '.';
		p = put_number(p, microsecond, 6);
	}
	*p++ = 'Z';
	write_bytes(out, buffer, p - buffer);
}

/* The same as a string of its own, for messages. */
char *
timestamp_to_cstring(TimestampTz instant)
{
	StringInfoData out;

	initStringInfo(&out);
	timestamp_write(&out, instant);
	return out.data;
}
