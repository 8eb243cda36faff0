/*
 * clock.c
 *	  The monotonic clock; see clock.h.
 */
#include "common/clock.h"

#include <time.h>

/*
 * Microseconds since some fixed point.
 */
int64_t
clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/*
 * Milliseconds since the same point.
 */
int64_t
clock_ms(void)
{
	return clock_us() / 1000;
}
