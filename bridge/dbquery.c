/*
 * dbquery.c
 *	  One statement on a PgLink, with a deadline; see dbquery.h.
 */
#include "bridge/dbquery.h"

#include "common/clock.h"
#include "common/dsn.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

/* OIDs of scalar parameters. */
#define OID_BYTEA 17
#define OID_INT8 20
#define OID_TEXT 25

/*
 * Starts a query without parameters.
 */
void
dbquery_init(DbQuery *query, const char *sql)
{
	memset(query, 0, sizeof(*query));
	query->sql = sql;
}

/*
 * Appends a parameter of any kind.
 */
static void
append(DbQuery *query, unsigned int type, const char *value, size_t len, int format)
{
	int i = query->nparams++;

	query->types[i] = type;
	query->values[i] = value;
	query->lengths[i] = (int) len;
	query->formats[i] = format;
}

/*
 * Appends a bigint.
 */
void
dbquery_int(DbQuery *query, int64_t value)
{
	char *place = query->numbers[query->nparams];

	snprintf(place, sizeof(query->numbers[0]), "%" PRId64, value);
	append(query, OID_INT8, place, 0, 0);
}

/*
 * Appends a text.
 */
void
dbquery_text(DbQuery *query, const char *text)
{
	append(query, OID_TEXT, text, 0, 0);
}

/*
 * Appends a bytea, in binary: no escaping.
 */
void
dbquery_bytes(DbQuery *query, const void *bytes, size_t len)
{
	append(query, OID_BYTEA, bytes, len, 1);
}

/*
 * Appends an array.
 */
void
dbquery_array(DbQuery *query, PgArray *array)
{
	append(query, pgarray_type(array), pgarray_data(array),
	       (size_t) pgarray_size(array), 1);
}

/*
 * See dbquery.h.  The classes (PostgreSQL's errcodes.txt):
 *	 22 data exception, 23 integrity constraint, 54 program limit, XX internal
 *	   error: bound to the data, as far as anyone can tell;
 *	 08 connection, 57P0x shutdown, 40003 completion unknown: the server may or
 *	   may not have committed;
 *	 PR ours.
 * Everything else (resources, serialization, missing privilege, a function that
 * is not deployed yet) rolled back, and may work later without any change to the
 * data.
 */
DbOutcome
dbquery_classify(const char *sqlstate)
{
	static const char *const data[] = {"22", "23", "54", "XX"};

	if (sqlstate == NULL || sqlstate[0] == '\0')
		return DB_LOST;
	if (strncmp(sqlstate, "PR", 2) == 0)
		return DB_FENCED;
	if (strncmp(sqlstate, "08", 2) == 0 || strncmp(sqlstate, "57P0", 4) == 0 ||
	    strcmp(sqlstate, "40003") == 0)
		return DB_LOST;
	for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++)
	{
		if (strncmp(sqlstate, data[i], 2) == 0)
			return DB_DATA;
	}
	return DB_AGAIN;
}

/*
 * Waits until the socket is ready for events; false when the deadline passed.
 */
static bool
wait_socket(DbQuery *query, const PGconn *conn, short events, int64_t deadline_ms)
{
	struct pollfd fd = {.fd = PQsocket(conn), .events = events};
	int n;

	do
	{
		int64_t left = deadline_ms - clock_ms();

		query->late = left <= 0;
		if (query->late)
			return false;
		n = poll(&fd, 1, (int) left);
	} while (n < 0 && errno == EINTR);
	query->late = n == 0;
	return n != 0;
}

/*
 * Sends all of the statement.  The server may talk back before it has read
 * everything, so input is taken too: else both sides could wait for the other.
 */
static bool
send_all(PGconn *conn, DbQuery *query, int64_t deadline_ms)
{
	int left;

	if (PQsetnonblocking(conn, 1) != 0 ||
	    PQsendQueryParams(conn, query->sql, query->nparams, query->types, query->values,
	                      query->lengths, query->formats, 0) == 0)
		return false;
	while ((left = PQflush(conn)) == 1)
	{
		if (!wait_socket(query, conn, POLLIN | POLLOUT, deadline_ms))
			return false;
		if (PQconsumeInput(conn) == 0)
			return false;
	}
	return left == 0;
}

/*
 * Waits until a result can be taken without blocking.
 */
static bool
wait_result(DbQuery *query, PGconn *conn, int64_t deadline_ms)
{
	while (PQisBusy(conn))
	{
		if (!wait_socket(query, conn, POLLIN, deadline_ms))
			return false;
		if (PQconsumeInput(conn) == 0)
			return true; /* PQgetResult() now says what happened */
	}
	return true;
}

/*
 * Keeps an error of the server with the query.
 */
static void
keep_error(DbQuery *query, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	snprintf(query->sqlstate, sizeof(query->sqlstate), "%s",
	         state != NULL ? state : "");
	dsn_scrub(message != NULL ? message : PQresultErrorMessage(result), query->message,
	          sizeof(query->message));
}

/*
 * Takes one result: its rows, or its error.
 */
static DbOutcome
take_result(DbQuery *query, const PGresult *result, DbRow row, void *arg)
{
	switch (PQresultStatus(result))
	{
		case PGRES_COMMAND_OK:
			return DB_OK;
		case PGRES_TUPLES_OK:
		case PGRES_SINGLE_TUPLE:
			for (int i = 0; row != NULL && i < PQntuples(result); i++)
				row(result, i, arg);
			return DB_OK;
		default:
			keep_error(query, result);
			return dbquery_classify(query->sqlstate);
	}
}

/*
 * Sends the statement and takes all its results.
 */
static DbOutcome
exchange(DbQuery *query, PGconn *conn, int64_t deadline_ms, DbRow row, void *arg)
{
	DbOutcome outcome = DB_OK;

	if (!send_all(conn, query, deadline_ms))
		return DB_LOST;
	PQsetSingleRowMode(conn);
	for (;;)
	{
		PGresult *result;
		DbOutcome one;

		if (!wait_result(query, conn, deadline_ms))
		{
			snprintf(query->message, sizeof(query->message),
			         "no answer within the time limit");
			return DB_LOST;
		}
		result = PQgetResult(conn);
		if (result == NULL)
			return outcome;
		one = take_result(query, result, row, arg);
		PQclear(result);
		if (one != DB_OK && outcome == DB_OK)
			outcome = one;
	}
}

/*
 * See dbquery.h.
 */
DbOutcome
dbquery_run(DbQuery *query, PgLink *link, int timeout_ms, DbRow row, void *arg)
{
	PGconn *conn = pglink_conn(link);
	DbOutcome outcome;

	query->sqlstate[0] = query->message[0] = '\0';
	query->late = false;
	if (conn == NULL)
		return DB_LOST;
	outcome = exchange(query, conn, clock_ms() + timeout_ms, row, arg);
	if (outcome == DB_OK)
		return DB_OK;
	if (!pglink_check(link))
		outcome = DB_LOST;
	else if (outcome == DB_LOST)
		pglink_drop(link);
	if (query->message[0] == '\0')
		snprintf(query->message, sizeof(query->message), "%s", pglink_error(link));
	return outcome;
}
