/*
 * backoff.c
 *	  Jittered exponential back-off.
 */
#include "common/backoff.h"

#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/*
 * Makes a seed that differs between processes and between instances in one
 * process.  A jitter that is the same everywhere would be none.
 */
static unsigned int
fresh_seed(const Backoff *backoff)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned int) now.tv_nsec ^ ((unsigned int) getpid() << 16) ^
	       (unsigned int) ((uintptr_t) backoff >> 4) ^ 1;
}

/*
 * Forgets the failures.  The seed stays, so that the jitter goes on instead of
 * repeating its first value at every outage.
 */
void
backoff_reset(Backoff *backoff)
{
	backoff->attempts = 0;
}

/*
 * Counts a failure and draws the delay: between half and the whole of the step
 * that this failure has reached.  Half at least, so that a broken dependency is
 * never hammered.
 */
int
backoff_next_ms(Backoff *backoff)
{
	int step = BACKOFF_FIRST_MS;

	for (int i = 0; i < backoff->attempts && step < BACKOFF_CAP_MS; i++)
		step *= 2;
	if (step > BACKOFF_CAP_MS)
		step = BACKOFF_CAP_MS;
	if (backoff->attempts < 1000)
		backoff->attempts++;
	if (backoff->seed == 0)
		backoff->seed = fresh_seed(backoff);
	return step / 2 + rand_r(&backoff->seed) % (step - step / 2 + 1);
}
