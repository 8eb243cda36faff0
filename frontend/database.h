/*
 * database.h
 *	  A worker's connection: prepared statements with a bound on their time, and
 *	  what a failure means for those who wait for the answer.
 */
#ifndef FRONTEND_DATABASE_H
#define FRONTEND_DATABASE_H

#include <libpq-fe.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * What became of a statement.
 */
typedef enum DatabaseOutcome
{
	DATABASE_DONE,        /* it has a result, and has committed */
	DATABASE_REPEAT,      /* undone for reasons that pass (serialization, deadlock) */
	DATABASE_LOST,        /* the connection broke: it may or may not have committed */
	DATABASE_UNAVAILABLE, /* the server cannot at the moment (time-out, no resources) */
	DATABASE_MISFIT,      /* the schema does not fit this program, or its rights */
	DATABASE_REFUSED      /* the data, or a function, raised an error */
} DatabaseOutcome;

/* What an SQLSTATE means; NULL or "" is a broken connection. */
extern DatabaseOutcome database_outcome(const char *sqlstate);

/*
 * Whether the service has a database, for all workers together.
 */
typedef struct DatabaseState
{
	_Atomic int live;              /* connections */
	_Atomic int64_t away_since_ms; /* since when there is none */
} DatabaseState;

/* True when there has been no connection for longer than the grace. */
extern bool database_is_away(DatabaseState *state, int64_t grace_ms);

/*
 * A statement as it is prepared: its place tells the statements of a connection
 * apart.
 */
#define MAX_STATEMENTS 64
#define MAX_STATEMENT_PARAMETERS 8

typedef struct Statement
{
	int place;
	const char *sql;
	int nparameters;
	Oid types[MAX_STATEMENT_PARAMETERS];
} Statement;

typedef struct Parameters
{
	const char *values[MAX_STATEMENT_PARAMETERS];
	int lengths[MAX_STATEMENT_PARAMETERS];
	int formats[MAX_STATEMENT_PARAMETERS];
} Parameters;

typedef struct Database Database;

/* application: application_name and the name in log lines. */
extern Database *database_new(const char *dsn, const char *application,
                              int statement_timeout_ms, DatabaseState *state);
extern void database_free(Database *database);

/* Connects if need be and if it is time to; false: no connection now. */
extern bool database_ready(Database *database);

/*
 * The same, trying again until the connection has been away for the grace:
 * bridges a restart of the server for requests that are already with a worker.
 */
extern bool database_wait_ready(Database *database, int64_t grace_ms);

/* Milliseconds until database_ready() should be asked again. */
extern int database_wait_ms(const Database *database);

/* Notices, without a query, that the server has closed the connection. */
extern void database_probe(Database *database);

/*
 * Runs a statement in a transaction of its own.  *result is set for
 * DATABASE_DONE and for the errors that the server reported; the caller clears
 * it.
 */
extern DatabaseOutcome database_execute(Database *database, const Statement *statement,
                                        const Parameters *parameters,
                                        PGresult **result);

/* Sets the server's bound for the statements that follow. */
extern bool database_set_timeout(Database *database, int timeout_ms);

/* One line about the last failure, for the log. */
extern const char *database_error(Database *database, const PGresult *result);

#endif /* FRONTEND_DATABASE_H */
