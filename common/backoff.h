/*
 * backoff.h
 *	  Jittered exponential back-off as a value: 100 ms, doubling, to 5 s, each
 *	  delay drawn between half and the whole of it, so that a thousand clients
 *	  do not come back in one instant.
 */
#ifndef COMMON_BACKOFF_H
#define COMMON_BACKOFF_H

typedef struct Backoff
{
	int attempts;      /* failures in a row */
	unsigned int seed; /* for the jitter */
} Backoff;

#define BACKOFF_FIRST_MS 100
#define BACKOFF_CAP_MS 5000

extern void backoff_reset(Backoff *backoff);

/* Counts a failure and returns the milliseconds to wait before the next try. */
extern int backoff_next_ms(Backoff *backoff);

#endif /* COMMON_BACKOFF_H */
