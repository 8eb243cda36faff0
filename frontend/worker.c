/*
 * worker.c
 *	  The workers; see worker.h.
 *
 * A worker without a connection takes no job: those with one are enough, and when
 * nobody has one, workers_sweep() answers.  It is the main thread that does so,
 * since an attempt to connect may block a worker for seconds.
 */
#include "frontend/worker.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "frontend/call.h"
#include "frontend/chunk.h"
#include "frontend/identify.h"
#include "frontend/reply.h"
#include "frontend/request.h"
#include "frontend/scrape.h"
#include "frontend/submit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* How often an idle worker looks whether its connection is still there. */
#define IDLE_MS 500

/* The longest sleep of a worker without a connection. */
#define AWAY_MS 200

typedef struct Worker
{
	Frontend *frontend;
	bool scout; /* tries to connect also while nobody has a connection */
	pthread_t thread;
	bool started;
	Database *database;
	Identifier identifier;
	Submitter submitter;
	Caller caller;
	Chunker chunker;
} Worker;

struct Workers
{
	int count;
	Worker *list;
};

static struct
{
	Metric *batch_rows;
	Metric *batch_time;
	Metric *call_time;
	Metric *expired;
} metrics;

/*
 * Registers the metrics.
 */
void
workers_init(void)
{
	metrics.batch_rows = metric_histogram_counts(
		"receipts_submit_batch_rows", "Receipts in one statement and one commit", NULL);
	metrics.batch_time =
		metric_histogram("receipts_database_seconds",
	                     "Time of a piece of work in the database", "work=\"submit\"");
	metrics.call_time =
		metric_histogram("receipts_database_seconds",
	                     "Time of a piece of work in the database", "work=\"call\"");
	metrics.expired = metric_counter("receipts_queue_expired_total",
	                                 "Requests answered 503 while they waited", NULL);
}

/*
 * Works off what was taken from the queue.
 */
static void
work(Worker *worker, Job *jobs, size_t count)
{
	int64_t start_us = clock_us();

	identify_jobs(&worker->identifier, jobs);
	if (jobs->kind == JOB_SUBMIT)
	{
		metric_observe_count(metrics.batch_rows, (int64_t) count);
		submit_jobs(&worker->submitter, jobs);
		queue_batch_done(worker->frontend->queue);
		metric_observe_us(metrics.batch_time, clock_us() - start_us);
	}
	else if (request_route(request_of_job(jobs))->kind == ROUTE_BATCH)
	{
		chunk_job(&worker->chunker, jobs);
		metric_observe_us(metrics.batch_time, clock_us() - start_us);
	}
	else
	{
		call_job(&worker->caller, jobs);
		metric_observe_us(metrics.call_time, clock_us() - start_us);
	}
}

/*
 * Whether the worker has a connection, or gets one now.  While the database is
 * away, one worker tries alone: one attempt says as much as all, and is logged
 * once.
 */
static bool
has_database(Worker *worker)
{
	if (!worker->scout && atomic_load(&worker->frontend->database.live) == 0)
		return false;
	return database_ready(worker->database);
}

/*
 * Sleeps until it makes sense to try to connect again.
 */
static void
sleep_away(Worker *worker)
{
	int wait_ms = worker->scout ? database_wait_ms(worker->database) : AWAY_MS;

	queue_sleep(worker->frontend->queue, wait_ms < AWAY_MS ? wait_ms : AWAY_MS);
}

/*
 * Takes and does one piece of work.  False when the worker is to end: the queue
 * is closed and empty.
 */
static bool
work_once(Worker *worker)
{
	Frontend *frontend = worker->frontend;
	const Options *options = &frontend->options;
	Job *jobs;
	size_t count;

	if (!has_database(worker))
	{
		if (queue_is_closed(frontend->queue))
			return false;
		sleep_away(worker);
		return true;
	}
	count = queue_take(frontend->queue, (size_t) options->batch_rows,
	                   (size_t) options->batch_bytes, IDLE_MS, &jobs);
	if (count > 0)
		work(worker, jobs, count);
	else if (queue_is_closed(frontend->queue))
		return false;
	else
		database_probe(worker->database);
	identify_write_uses(&worker->identifier, false);
	return true;
}

/*
 * The thread.
 */
static void *
run(void *arg)
{
	Worker *worker = arg;

	while (work_once(worker))
		;
	if (worker->scout && atomic_load(&worker->frontend->database.live) > 0)
		identify_write_uses(&worker->identifier, true);
	return NULL;
}

/*
 * Starts one worker.
 */
static bool
start_worker(Worker *worker, Frontend *frontend, bool scout)
{
	const Options *options = &frontend->options;
	const char *name = options->service == SERVICE_PRODUCER ? "receipts-producer"
	                                                        : "receipts-consumer";
	pthread_attr_t attributes;

	worker->frontend = frontend;
	worker->scout = scout;
	worker->database = database_new(options->dsn, name, options->statement_timeout_ms,
	                                &frontend->database);
	if (worker->database == NULL ||
	    !identifier_init(&worker->identifier, frontend, worker->database) ||
	    !submitter_init(&worker->submitter, worker->database, options))
		return false;
	caller_init(&worker->caller, worker->database, options);
	chunker_init(&worker->chunker, worker->database, options);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, (size_t) options->thread_stack);
	worker->started = pthread_create(&worker->thread, &attributes, run, worker) == 0;
	pthread_attr_destroy(&attributes);
	return worker->started;
}

/*
 * Starts all.
 */
Workers *
workers_start(Frontend *frontend)
{
	int count = frontend->options.db_connections;
	Workers *workers = calloc(1, sizeof(Workers));

	if (workers == NULL)
		return NULL;
	workers->list = calloc((size_t) count, sizeof(Worker));
	while (workers->list != NULL && workers->count < count)
	{
		Worker *worker = &workers->list[workers->count++];

		if (!start_worker(worker, frontend, workers->count == 1))
		{
			log_error("could not start a database worker");
			queue_close(frontend->queue);
			workers_stop(workers);
			return NULL;
		}
	}
	return workers;
}

/*
 * Joins and frees all.
 */
void
workers_stop(Workers *workers)
{
	for (int i = 0; i < workers->count; i++)
	{
		Worker *worker = &workers->list[i];

		if (worker->started)
			pthread_join(worker->thread, NULL);
		identifier_free(&worker->identifier);
		submitter_free(&worker->submitter);
		database_free(worker->database);
	}
	free(workers->list);
	free(workers);
}

/*
 * Answers a list of jobs that no worker will take.  A scrape is content with our
 * own metrics.
 */
static void
answer_in_vain(Job *jobs)
{
	while (jobs != NULL)
	{
		Request *request = request_of_job(jobs);

		jobs = jobs->next;
		if (request_route(request)->kind == ROUTE_METRICS)
			scrape_reply(request, NULL);
		else
		{
			metric_add(metrics.expired, 1);
			reply_problem(request, PROBLEM_UNAVAILABLE, NULL);
		}
		request_resume(request);
	}
}

/*
 * Keeps the queue from holding what cannot be done.
 */
void
workers_sweep(Frontend *frontend, int64_t now_ms)
{
	answer_in_vain(queue_expire(frontend->queue, now_ms));
	if (database_is_away(&frontend->database, frontend->options.db_grace_ms))
		answer_in_vain(queue_drain(frontend->queue));
}
