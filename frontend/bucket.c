/*
 * bucket.c
 *	  A token bucket; see bucket.h.
 */
#include "frontend/bucket.h"

#define WINDOW_MS ((int64_t) BUCKET_WINDOW_S * 1000)

/* One of what is counted. */
#define ONE WINDOW_MS

/*
 * Adds what the time since the last look has brought.
 */
static void
fill(Bucket *bucket, int64_t rate, int64_t now_ms)
{
	int64_t full = rate * ONE;
	int64_t passed_ms = now_ms - bucket->filled_ms;

	if (bucket->filled_ms == 0)
		bucket->parts = full;
	else if (passed_ms > 0)
		bucket->parts += passed_ms * rate;
	if (bucket->parts > full)
		bucket->parts = full;
	if (passed_ms > 0)
		bucket->filled_ms = now_ms;
}

/*
 * Takes one.
 */
bool
bucket_take(Bucket *bucket, int64_t rate, int64_t now_ms)
{
	fill(bucket, rate, now_ms);
	if (bucket->parts < ONE)
		return false;
	bucket->parts -= ONE;
	return true;
}

/*
 * Takes in any case: what is not there is owed, and whoever comes next waits for
 * it.
 */
void
bucket_drain(Bucket *bucket, int64_t rate, int64_t now_ms, int64_t count)
{
	fill(bucket, rate, now_ms);
	bucket->parts -= count * ONE;
}

/*
 * Counts what is there.
 */
int64_t
bucket_left(Bucket *bucket, int64_t rate, int64_t now_ms)
{
	fill(bucket, rate, now_ms);
	return bucket->parts > 0 ? bucket->parts / ONE : 0;
}

/*
 * The time in which so many parts come.
 */
static int64_t
time_for(int64_t parts, int64_t rate)
{
	return parts > 0 ? (parts + rate - 1) / rate : 0;
}

/*
 * How long to wait for one.
 */
int64_t
bucket_wait_ms(Bucket *bucket, int64_t rate, int64_t now_ms)
{
	fill(bucket, rate, now_ms);
	return time_for(ONE - bucket->parts, rate);
}

/*
 * How long to wait for all.
 */
int64_t
bucket_full_ms(Bucket *bucket, int64_t rate, int64_t now_ms)
{
	fill(bucket, rate, now_ms);
	return time_for(rate * ONE - bucket->parts, rate);
}
