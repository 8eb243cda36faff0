/*
 * call.h
 *	  Requests that are one call of a function in schema api, and the scrape of
 *	  the metrics that the database keeps.
 */
#ifndef FRONTEND_CALL_H
#define FRONTEND_CALL_H

#include "frontend/database.h"
#include "frontend/request.h"

#define STATEMENT_SQL_SIZE 128

/*
 * A worker's statements, one a route.
 */
typedef struct Caller
{
	Database *database;
	int grace_ms;
	int statement_timeout_ms;
	Statement statements[MAX_STATEMENTS];
	char sql[MAX_STATEMENTS][STATEMENT_SQL_SIZE];
} Caller;

extern void caller_init(Caller *caller, Database *database, const Options *options);

/* Runs a job of a ROUTE_CALL or ROUTE_METRICS, answers it and resumes it. */
extern void call_job(Caller *caller, Job *job);

#endif /* FRONTEND_CALL_H */
