/*
 * dbquery.h
 *	  One statement on a PgLink, with a deadline, and a verdict on its outcome
 *	  that says what to do next.
 *
 * The statement is sent without blocking and awaited with poll(), so that a
 * server that hangs costs at most the deadline: the connection is then dropped
 * and the outcome is unknown, exactly as after a broken connection.
 */
#ifndef BRIDGE_DBQUERY_H
#define BRIDGE_DBQUERY_H

#include "common/pgarray.h"
#include "common/pglink.h"

#include <stdint.h>

#define DBQUERY_MAX_PARAMS 11

typedef enum DbOutcome
{
	DB_OK,
	DB_FENCED, /* SQLSTATE class PR: someone else does our work */
	DB_DATA,   /* the data is at fault; the same data fails again */
	DB_AGAIN,  /* the statement had no effect; later it may succeed */
	DB_LOST    /* the connection is gone and it is unknown what was committed */
} DbOutcome;

typedef struct DbQuery
{
	const char *sql;
	int nparams;
	unsigned int types[DBQUERY_MAX_PARAMS];
	const char *values[DBQUERY_MAX_PARAMS];
	int lengths[DBQUERY_MAX_PARAMS];
	int formats[DBQUERY_MAX_PARAMS];
	char numbers[DBQUERY_MAX_PARAMS][24];

	/* After dbquery_run(): the error, empty when there was none. */
	char sqlstate[6];
	char message[512];
	bool late; /* DB_LOST by our own time limit, not by the server or the network */
} DbQuery;

/* Is called for each row of the result; columns are in text format. */
typedef void (*DbRow)(const PGresult *result, int row, void *arg);

/*
 * Parameters are appended in order.  Strings, bytes and arrays are not copied
 * and must live until the query has run.  NULL strings and bytes are SQL NULLs.
 */
extern void dbquery_init(DbQuery *query, const char *sql);
extern void dbquery_int(DbQuery *query, int64_t value);
extern void dbquery_text(DbQuery *query, const char *text);
extern void dbquery_bytes(DbQuery *query, const void *bytes, size_t len);
extern void dbquery_array(DbQuery *query, PgArray *array);

/*
 * Runs the query.  Rows are handed over as they arrive and never gathered, so
 * that a large result needs no memory here.  row may be NULL.  On DB_LOST the
 * link has already dropped its connection.
 */
extern DbOutcome dbquery_run(DbQuery *query, PgLink *link, int timeout_ms, DbRow row,
                             void *arg);

/* The verdict on an SQLSTATE; NULL or empty: the server sent none. */
extern DbOutcome dbquery_classify(const char *sqlstate);

#endif /* BRIDGE_DBQUERY_H */
