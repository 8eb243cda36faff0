/*
 * database.c
 *	  A worker's connection; see database.h.
 *
 * Statements are sent and awaited without blocking, since a server that hangs
 * without closing the connection would otherwise hold the worker, and shutdown,
 * for good.  The server's own statement_timeout comes first; only when it fails
 * to answer by some time after that, the connection is given up.
 */
#include "frontend/database.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/pglink.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much longer than statement_timeout we wait for the server to say so. */
#define ANSWER_GRACE_MS 5000

struct Database
{
	PgLink *link;
	DatabaseState *state;
	int timeout_ms;
	bool counted;          /* in state->live */
	int64_t away_since_ms; /* when this connection was last lost */
	bool prepared[MAX_STATEMENTS];
	char error[512];
};

/*
 * Whether an SQLSTATE is one of a list of classes ("53") and states ("55P03").
 */
static bool
is_one_of(const char *sqlstate, const char *const *list)
{
	for (; *list != NULL; list++)
	{
		if (strncmp(sqlstate, *list, strlen(*list)) == 0)
			return true;
	}
	return false;
}

/*
 * Sorts the SQLSTATEs.
 */
DatabaseOutcome
database_outcome(const char *sqlstate)
{
	static const char *const repeat[] = {"40001", "40P01", NULL};
	static const char *const lost[] = {"08", "57P01", "57P02", NULL};
	static const char *const unavailable[] = {"53", "57", "58", "55P03", "25006", NULL};
	static const char *const misfit[] = {"42", "3F", "28", "0A", NULL};

	if (sqlstate == NULL || *sqlstate == '\0' || is_one_of(sqlstate, lost))
		return DATABASE_LOST;
	if (is_one_of(sqlstate, repeat))
		return DATABASE_REPEAT;
	if (is_one_of(sqlstate, unavailable))
		return DATABASE_UNAVAILABLE;
	if (is_one_of(sqlstate, misfit))
		return DATABASE_MISFIT;
	return DATABASE_REFUSED;
}

/*
 * Asks whether there has been no connection for too long.
 */
bool
database_is_away(DatabaseState *state, int64_t grace_ms)
{
	return atomic_load(&state->live) == 0 &&
	       clock_ms() - atomic_load(&state->away_since_ms) >= grace_ms;
}

/*
 * Keeps the shared count in step with the link.
 */
static void
note_state(Database *database)
{
	bool up = pglink_conn(database->link) != NULL;

	if (up == database->counted)
		return;
	database->counted = up;
	if (up)
		atomic_fetch_add(&database->state->live, 1);
	else
	{
		database->away_since_ms = clock_ms();
		atomic_store(&database->state->away_since_ms, database->away_since_ms);
		atomic_fetch_sub(&database->state->live, 1);
	}
}

/*
 * Waits until the socket has something for us, or takes something from us.
 * False at the deadline.
 */
static bool
wait_socket(PGconn *conn, bool writing, int64_t deadline_ms)
{
	struct pollfd fd = {PQsocket(conn), (short) (POLLIN | (writing ? POLLOUT : 0)), 0};
	int64_t left = deadline_ms - clock_ms();

	return left > 0 && poll(&fd, 1, (int) left) != 0;
}

/*
 * Waits until PQgetResult() will not block.  False when the connection broke or
 * the deadline passed.
 */
static bool
await_input(PGconn *conn, int64_t deadline_ms)
{
	int unsent = PQflush(conn);

	while (unsent > 0 || PQisBusy(conn))
	{
		if (unsent < 0 || !wait_socket(conn, unsent > 0, deadline_ms))
			return false;
		if (PQconsumeInput(conn) == 0)
			return false;
		unsent = PQflush(conn);
	}
	return unsent == 0;
}

/*
 * Collects the one result of a command just sent; NULL when it did not come.
 */
static PGresult *
collect_result(PGconn *conn, int64_t deadline_ms)
{
	PGresult *result = NULL;

	for (;;)
	{
		PGresult *next;

		if (!await_input(conn, deadline_ms))
		{
			PQclear(result);
			return NULL;
		}
		next = PQgetResult(conn);
		if (next == NULL)
			return result;
		PQclear(result);
		result = next;
	}
}

/*
 * Whether a result is a success.
 */
static bool
is_success(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

/*
 * Sets statement_timeout on a connection.
 */
static bool
set_timeout(PGconn *conn, int timeout_ms)
{
	char sql[64];
	PGresult *result = NULL;
	bool done;

	snprintf(sql, sizeof(sql), "SET statement_timeout = %d", timeout_ms);
	if (PQsendQuery(conn, sql))
		result = collect_result(conn, clock_ms() + ANSWER_GRACE_MS);
	done = is_success(result);
	PQclear(result);
	return done;
}

/*
 * Makes a fresh connection ours; pglink calls it.
 */
static bool
set_up(PGconn *conn, void *arg)
{
	Database *database = arg;

	memset(database->prepared, 0, sizeof(database->prepared));
	return PQsetnonblocking(conn, 1) == 0 && set_timeout(conn, database->timeout_ms);
}

/*
 * Makes a worker's connection, without connecting yet.
 */
Database *
database_new(const char *dsn, const char *application, int statement_timeout_ms,
             DatabaseState *state)
{
	Database *database = calloc(1, sizeof(Database));

	if (database == NULL)
		return NULL;
	database->state = state;
	database->timeout_ms = statement_timeout_ms;
	database->away_since_ms = clock_ms();
	database->link = pglink_new(dsn, application, set_up, database);
	if (database->link == NULL)
	{
		free(database);
		return NULL;
	}
	return database;
}

/*
 * Disconnects and frees.
 */
void
database_free(Database *database)
{
	if (database == NULL)
		return;
	pglink_drop(database->link);
	note_state(database);
	pglink_free(database->link);
	free(database);
}

/*
 * Connects if need be.
 */
bool
database_ready(Database *database)
{
	bool ready = pglink_ready(database->link);

	note_state(database);
	return ready;
}

/*
 * Reads what an idle connection has to say, which is usually nothing, or its
 * end.
 */
void
database_probe(Database *database)
{
	PGconn *conn = pglink_conn(database->link);
	struct pollfd fd = {conn ? PQsocket(conn) : -1, POLLIN, 0};

	while (conn != NULL && poll(&fd, 1, 0) > 0)
	{
		/* The server's last words come first, then the end. */
		if (PQconsumeInput(conn) != 0 && PQstatus(conn) == CONNECTION_OK)
			continue;
		pglink_check(database->link);
		break;
	}
	note_state(database);
}

/*
 * Tries until the grace is over.  A connection that ended while it was idle is
 * better noticed before something is sent on it that must not be sent twice.
 */
bool
database_wait_ready(Database *database, int64_t grace_ms)
{
	database_probe(database);
	while (!database_ready(database))
	{
		int64_t left = database->away_since_ms + grace_ms - clock_ms();
		int wait = pglink_wait_ms(database->link);

		if (left <= 0)
			return false;
		if (wait > left)
			wait = (int) left;
		poll(NULL, 0, wait > 0 ? wait : 1);
	}
	return true;
}

/*
 * Asks the link.
 */
int
database_wait_ms(const Database *database)
{
	return pglink_wait_ms(database->link);
}

/*
 * Gives up a connection that did not answer, or that is broken.
 */
static DatabaseOutcome
give_up(Database *database)
{
	if (pglink_check(database->link))
	{
		log_error("PostgreSQL did not answer in time; dropping the connection");
		pglink_drop(database->link);
	}
	note_state(database);
	return DATABASE_LOST;
}

/*
 * Whether a prepared statement was refused since an upgrade of the schema gave
 * its function other result columns.  Nothing was run, and a new connection
 * prepares it anew.
 */
static bool
is_stale_plan(const PGresult *result)
{
	const char *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);

	return function != NULL && strcmp(function, "RevalidateCachedQuery") == 0;
}

/*
 * Judges a result.  What counts as lost ends the connection even where libpq
 * would go on with it.
 */
static DatabaseOutcome
judge(Database *database, const PGresult *result)
{
	DatabaseOutcome outcome;

	if (is_success(result))
		return DATABASE_DONE;
	outcome = database_outcome(PQresultErrorField(result, PG_DIAG_SQLSTATE));
	if (is_stale_plan(result))
		outcome = DATABASE_LOST;
	if (outcome == DATABASE_LOST)
	{
		pglink_check(database->link);
		pglink_drop(database->link);
		note_state(database);
	}
	return outcome;
}

/*
 * Prepares a statement, the first time that this connection needs it.
 */
static DatabaseOutcome
prepare(Database *database, const Statement *statement, const char *name,
        int64_t deadline_ms, PGresult **result)
{
	PGconn *conn = pglink_conn(database->link);
	DatabaseOutcome outcome;

	if (!PQsendPrepare(conn, name, statement->sql, statement->nparameters,
	                   statement->types))
		return give_up(database);
	*result = collect_result(conn, deadline_ms);
	if (*result == NULL)
		return give_up(database);
	outcome = judge(database, *result);
	if (outcome == DATABASE_DONE)
	{
		database->prepared[statement->place] = true;
		PQclear(*result);
		*result = NULL;
	}
	return outcome;
}

/*
 * Runs a statement; see database.h.
 */
DatabaseOutcome
database_execute(Database *database, const Statement *statement,
                 const Parameters *parameters, PGresult **result)
{
	int64_t deadline_ms = clock_ms() + database->timeout_ms + ANSWER_GRACE_MS;
	PGconn *conn = pglink_conn(database->link);
	char name[16];

	*result = NULL;
	if (conn == NULL)
		return DATABASE_LOST;
	snprintf(name, sizeof(name), "s%d", statement->place);
	if (!database->prepared[statement->place])
	{
		DatabaseOutcome outcome =
			prepare(database, statement, name, deadline_ms, result);

		if (outcome != DATABASE_DONE)
			return outcome;
	}
	if (!PQsendQueryPrepared(conn, name, statement->nparameters, parameters->values,
	                         parameters->lengths, parameters->formats, 0))
		return give_up(database);
	*result = collect_result(conn, deadline_ms);
	if (*result == NULL)
		return give_up(database);
	return judge(database, *result);
}

/*
 * Sets another bound, for a piece of work that must be short.
 */
bool
database_set_timeout(Database *database, int timeout_ms)
{
	PGconn *conn = pglink_conn(database->link);

	if (conn == NULL)
		return false;
	if (set_timeout(conn, timeout_ms))
	{
		database->timeout_ms = timeout_ms;
		return true;
	}
	give_up(database);
	return false;
}

/*
 * Describes a failure: the server's words if it had any.
 */
const char *
database_error(Database *database, const PGresult *result)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (message != NULL)
		snprintf(database->error, sizeof(database->error), "%s (SQLSTATE %s)", message,
		         sqlstate ? sqlstate : "none");
	else
		snprintf(database->error, sizeof(database->error), "%s",
		         pglink_error(database->link));
	return database->error;
}
