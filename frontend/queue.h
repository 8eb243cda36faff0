/*
 * queue.h
 *	  The bounded queue between the event loop and the database workers.
 *
 * It holds two kinds of jobs: receipts, of which a worker takes all that wait
 * (group commit), and calls, which are taken one by one.  The older of the two
 * heads goes first.  A lone receipt is not delayed.  While a batch is under way
 * those that come gather for the next: two small batches at once would cost more
 * than a larger one after the other.  They do so for a bounded time, since a batch
 * may be slow, and then go beside it.
 */
#ifndef FRONTEND_QUEUE_H
#define FRONTEND_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum JobKind
{
	JOB_SUBMIT,
	JOB_CALL
} JobKind;

/*
 * A job is a part of its owner, which frees it; while it is queued, it belongs to
 * the queue.
 */
typedef struct Job
{
	JobKind kind;
	size_t bytes;        /* what it adds to a batch */
	int64_t deadline_ms; /* by clock_ms(): not worth starting after this */
	uint64_t number;     /* set by the queue */
	struct Job *next;    /* set by the queue */
} Job;

typedef struct Queue Queue;

extern Queue *queue_new(size_t max_jobs, int gather_ms);
extern void queue_free(Queue *queue);

/* False when the queue is full or closed: the job stays with the caller. */
extern bool queue_push(Queue *queue, Job *job);

/*
 * Takes a batch of receipts, or one call, waiting up to wait_ms for it.  Returns
 * how many jobs are in the list that *jobs then heads; 0: none came.  max_bytes
 * does not keep a single job from being taken.  Gathering ends with wait_ms, too.
 */
extern size_t queue_take(Queue *queue, size_t max_rows, size_t max_bytes, int wait_ms,
                         Job **jobs);

/* A batch of receipts that was taken is done: the next may go. */
extern void queue_batch_done(Queue *queue);

/* Sleeps for that long, or until the queue is closed; for a worker with no link. */
extern void queue_sleep(Queue *queue, int wait_ms);

/* Unlinks the jobs whose deadline has passed, or all of them, as a list. */
extern Job *queue_expire(Queue *queue, int64_t now_ms);
extern Job *queue_drain(Queue *queue);

/* No more is taken in; what waits can still be taken out. */
extern void queue_close(Queue *queue);
extern bool queue_is_closed(Queue *queue);

/* Jobs waiting. */
extern size_t queue_length(Queue *queue);

#endif /* FRONTEND_QUEUE_H */
