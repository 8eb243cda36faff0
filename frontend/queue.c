/*
 * queue.c
 *	  The queue before the database; see queue.h.
 *
 * One mutex guards everything.  It is held for a few pointers at a time, except
 * while expired jobs are looked for, a walk over at most the bound of the queue.
 */
#include "frontend/queue.h"

#include "common/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/*
 * Jobs of one kind, oldest first.
 */
typedef struct JobList
{
	Job *head;
	Job **tail;
} JobList;

struct Queue
{
	pthread_mutex_t lock;
	pthread_cond_t pushed; /* also signalled when the queue is closed */
	pthread_cond_t closing;
	JobList lists[2]; /* by JobKind */
	size_t length;
	size_t limit;
	uint64_t pushes;
	int gather_ms;
	int64_t gathered_at_ms; /* until then receipts wait for a batch under way */
	int batches;            /* of receipts, under way */
	bool closed;
};

/*
 * Initialises a condition that waits by the monotonic clock.
 */
static void
init_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

/*
 * Makes an empty queue; NULL when there is no memory.
 */
Queue *
queue_new(size_t max_jobs, int gather_ms)
{
	Queue *queue = calloc(1, sizeof(Queue));

	if (queue == NULL)
		return NULL;
	pthread_mutex_init(&queue->lock, NULL);
	init_condition(&queue->pushed);
	init_condition(&queue->closing);
	queue->limit = max_jobs;
	queue->gather_ms = gather_ms;
	for (int kind = JOB_SUBMIT; kind <= JOB_CALL; kind++)
		queue->lists[kind].tail = &queue->lists[kind].head;
	return queue;
}

/*
 * Frees an empty queue.
 */
void
queue_free(Queue *queue)
{
	if (queue == NULL)
		return;
	pthread_cond_destroy(&queue->closing);
	pthread_cond_destroy(&queue->pushed);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
}

/*
 * Links a job at the end of its list.
 */
static void
append(JobList *list, Job *job)
{
	job->next = NULL;
	*list->tail = job;
	list->tail = &job->next;
}

/*
 * Unlinks the head of a list.
 */
static Job *
pop(JobList *list)
{
	Job *job = list->head;

	list->head = job->next;
	if (list->head == NULL)
		list->tail = &list->head;
	job->next = NULL;
	return job;
}

/*
 * Links a job in, and tells whether a worker must look: for a receipt that
 * gathers, the one that came for the first of them does.
 */
static bool
append_job(Queue *queue, Job *job)
{
	bool first = queue->lists[job->kind].head == NULL;

	job->number = queue->pushes++;
	append(&queue->lists[job->kind], job);
	queue->length++;
	if (job->kind == JOB_CALL || queue->batches == 0)
		return true;
	if (first)
		queue->gathered_at_ms = clock_ms() + queue->gather_ms;
	return first;
}

/*
 * Takes a job in and wakes one worker if that helps.
 */
bool
queue_push(Queue *queue, Job *job)
{
	bool taken;

	pthread_mutex_lock(&queue->lock);
	taken = !queue->closed && queue->length < queue->limit;
	if (taken && append_job(queue, job))
		pthread_cond_signal(&queue->pushed);
	pthread_mutex_unlock(&queue->lock);
	return taken;
}

/*
 * Waits on a condition until a time by clock_ms().
 */
static void
wait_until(Queue *queue, pthread_cond_t *condition, int64_t until_ms)
{
	struct timespec at = {until_ms / 1000, (long) (until_ms % 1000) * 1000000};

	pthread_cond_timedwait(condition, &queue->lock, &at);
}

/*
 * Picks the list whose head is older.  At least one has a head.
 */
static JobList *
older_list(Queue *queue)
{
	JobList *submits = &queue->lists[JOB_SUBMIT];
	JobList *calls = &queue->lists[JOB_CALL];

	if (calls->head == NULL)
		return submits;
	if (submits->head == NULL)
		return calls;
	return submits->head->number < calls->head->number ? submits : calls;
}

/*
 * Unlinks a batch from the list of receipts.
 */
static size_t
take_batch(JobList *list, size_t max_rows, size_t max_bytes, Job **jobs)
{
	JobList batch = {NULL, &batch.head};
	size_t rows = 0;
	size_t bytes = 0;

	while (list->head != NULL && rows < max_rows &&
	       (rows == 0 || bytes + list->head->bytes <= max_bytes))
	{
		Job *job = pop(list);

		bytes += job->bytes;
		append(&batch, job);
		rows++;
	}
	*jobs = batch.head;
	return rows;
}

/*
 * Whether receipts that wait go on waiting for a batch under way.
 */
static bool
is_gathering(const Queue *queue, int64_t now_ms)
{
	return queue->lists[JOB_SUBMIT].head != NULL && queue->batches > 0 &&
	       now_ms < queue->gathered_at_ms;
}

/*
 * Waits until there is something to take, or until the time is over.
 */
static void
wait_for_jobs(Queue *queue, int64_t until_ms)
{
	int64_t now_ms = clock_ms();

	while (!queue->closed && now_ms < until_ms && queue->lists[JOB_CALL].head == NULL)
	{
		bool gathering = is_gathering(queue, now_ms);

		if (queue->lists[JOB_SUBMIT].head != NULL && !gathering)
			break;
		wait_until(queue, &queue->pushed,
		           gathering && queue->gathered_at_ms < until_ms ? queue->gathered_at_ms
		                                                         : until_ms);
		now_ms = clock_ms();
	}
}

/*
 * Unlinks a batch of receipts or a call.
 */
static size_t
take_older(Queue *queue, size_t max_rows, size_t max_bytes, Job **jobs)
{
	JobList *list = older_list(queue);
	size_t taken;

	if (list == &queue->lists[JOB_SUBMIT] && queue->lists[JOB_CALL].head != NULL &&
	    is_gathering(queue, clock_ms()))
		list = &queue->lists[JOB_CALL];
	if (list == &queue->lists[JOB_CALL])
		taken = take_batch(list, 1, max_bytes, jobs);
	else
	{
		taken = take_batch(list, max_rows, max_bytes, jobs);
		queue->batches++;
	}
	queue->length -= taken;
	if (queue->length > 0)
		pthread_cond_signal(&queue->pushed);
	return taken;
}

/*
 * Takes what is due; see queue.h.
 */
size_t
queue_take(Queue *queue, size_t max_rows, size_t max_bytes, int wait_ms, Job **jobs)
{
	size_t taken = 0;

	pthread_mutex_lock(&queue->lock);
	wait_for_jobs(queue, clock_ms() + wait_ms);
	if (queue->length > 0)
		taken = take_older(queue, max_rows, max_bytes, jobs);
	pthread_mutex_unlock(&queue->lock);
	return taken;
}

/*
 * Lets the next batch go.  Nobody is woken: the caller comes for it, and by the
 * connection whose caches are warm.
 */
void
queue_batch_done(Queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->batches--;
	pthread_mutex_unlock(&queue->lock);
}

/*
 * Sleeps, unless the queue is or gets closed.
 */
void
queue_sleep(Queue *queue, int wait_ms)
{
	int64_t until_ms = clock_ms() + wait_ms;

	pthread_mutex_lock(&queue->lock);
	while (!queue->closed && clock_ms() < until_ms)
		wait_until(queue, &queue->closing, until_ms);
	pthread_mutex_unlock(&queue->lock);
}

/*
 * Moves the jobs of a list that are due by then into another.
 */
static size_t
move_expired(JobList *list, int64_t then_ms, JobList *expired)
{
	JobList kept = {NULL, &kept.head};
	size_t moved = 0;

	while (list->head != NULL)
	{
		Job *job = pop(list);

		if (job->deadline_ms <= then_ms)
		{
			append(expired, job);
			moved++;
		}
		else
			append(&kept, job);
	}
	if (kept.head != NULL)
		*list = kept;
	return moved;
}

/*
 * Unlinks what has waited too long.
 */
Job *
queue_expire(Queue *queue, int64_t now_ms)
{
	JobList expired = {NULL, &expired.head};

	pthread_mutex_lock(&queue->lock);
	for (int kind = JOB_SUBMIT; kind <= JOB_CALL; kind++)
		queue->length -= move_expired(&queue->lists[kind], now_ms, &expired);
	pthread_mutex_unlock(&queue->lock);
	return expired.head;
}

/*
 * Unlinks everything.
 */
Job *
queue_drain(Queue *queue)
{
	return queue_expire(queue, INT64_MAX);
}

/*
 * Closes and wakes everybody.
 */
void
queue_close(Queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->closed = true;
	pthread_cond_broadcast(&queue->pushed);
	pthread_cond_broadcast(&queue->closing);
	pthread_mutex_unlock(&queue->lock);
}

/*
 * Whether it was closed.
 */
bool
queue_is_closed(Queue *queue)
{
	bool closed;

	pthread_mutex_lock(&queue->lock);
	closed = queue->closed;
	pthread_mutex_unlock(&queue->lock);
	return closed;
}

/*
 * Counts what waits.
 */
size_t
queue_length(Queue *queue)
{
	size_t length;

	pthread_mutex_lock(&queue->lock);
	length = queue->length;
	pthread_mutex_unlock(&queue->lock);
	return length;
}
