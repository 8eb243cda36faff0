/*
 * submit.h
 *	  Group commit: all receipts that wait go to the database in one statement
 *	  and one commit, and each gets its own answer.
 */
#ifndef FRONTEND_SUBMIT_H
#define FRONTEND_SUBMIT_H

#include "common/pgarray.h"
#include "frontend/database.h"
#include "frontend/request.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The memory of a worker for its batches, kept from one to the next.
 */
typedef struct Submitter
{
	Database *database;
	int grace_ms;
	Request **requests; /* of the batch; room for batch-rows */
	PgArray tokens;
	PgArray bodies;
	PgArray addresses;
	PgArray request_ids;
	PgArray traceparents;
	PgArray languages;
} Submitter;

extern bool submitter_init(Submitter *submitter, Database *database,
                           const Options *options);
extern void submitter_free(Submitter *submitter);

/* Submits a list of jobs, answers each and resumes it. */
extern void submit_jobs(Submitter *submitter, Job *jobs);

#endif /* FRONTEND_SUBMIT_H */
