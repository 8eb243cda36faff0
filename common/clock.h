/*
 * clock.h
 *	  The monotonic clock: for delays, deadlines and durations, which no
 *	  correction of the time of day may disturb.
 */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>

extern int64_t clock_us(void);
extern int64_t clock_ms(void);

#endif /* COMMON_CLOCK_H */
