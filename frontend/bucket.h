/*
 * bucket.h
 *	  A token bucket: so many a minute, and at most a minute's worth at once.
 *
 * Whole numbers only: one takes 60,000 parts, and each millisecond brings as many
 * parts as there are allowed a minute.
 */
#ifndef FRONTEND_BUCKET_H
#define FRONTEND_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* The window of the limit, and the most that a limit may be. */
#define BUCKET_WINDOW_S 60
#define BUCKET_MAX_RATE 1000000

/* Full when all zeros. */
typedef struct Bucket
{
	int64_t parts; /* below 0: taken in advance */
	int64_t filled_ms;
} Bucket;

/* Takes one if it is there. */
extern bool bucket_take(Bucket *bucket, int64_t rate, int64_t now_ms);

/* Takes count whatever is there. */
extern void bucket_drain(Bucket *bucket, int64_t rate, int64_t now_ms, int64_t count);

/* How many are there; 0 when some are owed. */
extern int64_t bucket_left(Bucket *bucket, int64_t rate, int64_t now_ms);

/* Milliseconds until there is one, and until it is full. */
extern int64_t bucket_wait_ms(Bucket *bucket, int64_t rate, int64_t now_ms);
extern int64_t bucket_full_ms(Bucket *bucket, int64_t rate, int64_t now_ms);

#endif /* FRONTEND_BUCKET_H */
