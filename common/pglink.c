/*
 * pglink.c
 *	  A connection to PostgreSQL that comes back.
 */
#include "common/pglink.h"

#include "common/backoff.h"
#include "common/clock.h"
#include "common/dsn.h"
#include "common/log.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERROR_SIZE 512

/* A connection that held for this long was no failed attempt. */
#define STABLE_MS 1000

/* Within this time a second reason for the same outage is not worth a line. */
#define SAME_OUTAGE_MS 10000

struct PgLink
{
	char *dsn;
	char *application;
	PgLinkSetup setup;
	void *arg;

	PGconn *conn;         /* NULL when there is none */
	Backoff backoff;      /* of the attempts since the last stable connection */
	int64_t next_try_ms;  /* no attempt before this time */
	int64_t connected_ms; /* when conn was made */
	int64_t lost_ms;      /* when it was lost; 0: never had one */
	char error[ERROR_SIZE];
	char logged[ERROR_SIZE]; /* the failure already in the log, for this outage */
	int64_t logged_ms;       /* since when */
};

/*
 * Puts the server's notices into our log in place of libpq's bare lines on
 * stderr.  A notice is for psql users; only a warning matters to an operator.
 */
static void
receive_notice(void *arg, const PGresult *result)
{
	const PgLink *link = arg;
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (message == NULL)
		return;
	if (severity != NULL && strcmp(severity, "WARNING") == 0)
		log_warning("%s: PostgreSQL warns: %s", link->application, message);
	else
		log_debug("%s: PostgreSQL: %s", link->application, message);
}

/*
 * Opens a connection with our defaults.  They stand before dbname, whose
 * expansion overrides them: in libpq the last value of a keyword wins.
 *
 * The keepalives find a peer that vanished without a word within some 25 s;
 * tcp_user_timeout does so while data is under way.
 */
static PGconn *
open_connection(const PgLink *link)
{
	const char *keywords[] = {"connect_timeout",  "keepalives",
	                          "keepalives_idle",  "keepalives_interval",
	                          "keepalives_count", "tcp_user_timeout",
	                          "client_encoding",  "fallback_application_name",
	                          "dbname",           NULL};
	const char *values[] = {
		"3", "1", "10", "5", "3", "25000", "UTF8", link->application, link->dsn, NULL};

	return PQconnectdbParams(keywords, values, 1);
}

/*
 * Copies libpq's message without its hints, which are lines that start with a tab
 * and only repeat the obvious ("Is the server running …?").
 */
static void
copy_without_hints(const char *message, char *out, size_t size)
{
	size_t used = 0;

	while (*message != '\0' && used + 1 < size)
	{
		size_t len = strcspn(message, "\n");

		if (message[len] == '\n')
			len++;
		if (message[0] != '\t')
		{
			size_t room = size - used - 1;

			memcpy(out + used, message, len < room ? len : room);
			used += len < room ? len : room;
		}
		message += len;
	}
	out[used] = '\0';
}

/*
 * Keeps conn's error as our last one, scrubbed.  libpq may quote a part of a
 * password that it misread as a host; then its text is withheld.
 */
static void
keep_error(PgLink *link, const PGconn *conn)
{
	if (link->lost_ms == 0 && link->connected_ms == 0 && dsn_is_ambiguous(link->dsn))
		snprintf(link->error, sizeof(link->error),
		         "the user name or password in the connection URI needs "
		         "percent-encoding (libpq's message is withheld, as it may quote it)");
	else
	{
		char message[ERROR_SIZE * 2];

		copy_without_hints(PQerrorMessage(conn), message, sizeof(message));
		dsn_scrub(message, link->error, sizeof(link->error));
	}
	if (link->error[0] == '\0')
		snprintf(link->error, sizeof(link->error), "no reason given");
}

/*
 * Logs a failed attempt, unless the log already says so: an outage of an hour
 * must not be an hour of lines.  Another reason is news only when it comes late:
 * a server that restarts goes through several within seconds.
 */
static void
log_failure(PgLink *link, int wait_ms)
{
	int64_t now = clock_ms();

	if (link->logged[0] != '\0' && (strcmp(link->error, link->logged) == 0 ||
	                                now - link->logged_ms < SAME_OUTAGE_MS))
	{
		log_debug(
			"%s: still could not connect to PostgreSQL, next attempt in %d ms: %s",
			link->application, wait_ms, link->error);
		return;
	}
	log_error("%s: could not connect to PostgreSQL, trying again until it works: %s",
	          link->application, link->error);
	snprintf(link->logged, sizeof(link->logged), "%s", link->error);
	link->logged_ms = now;
}

/*
 * Logs that the connection is there, and how long it was not.
 */
static void
log_success(const PgLink *link)
{
	const char *host = PQhost(link->conn);
	char outage[64] = "";

	if (link->lost_ms != 0)
		snprintf(outage, sizeof(outage), " again, after %.1f s",
		         (double) (link->connected_ms - link->lost_ms) / 1000);
	log_info("%s: connected%s: PostgreSQL %d.%d, database \"%s\" on %s:%s as \"%s\"",
	         link->application, outage, PQserverVersion(link->conn) / 10000,
	         PQserverVersion(link->conn) % 10000, PQdb(link->conn),
	         host != NULL ? host : "", PQport(link->conn), PQuser(link->conn));
}

/*
 * Makes one attempt: connection, then the caller's setup.  A connection whose
 * setup failed is of no use and counts as a failed attempt.
 */
static bool
try_connect(PgLink *link)
{
	PGconn *conn = open_connection(link);
	int wait_ms;

	if (PQstatus(conn) == CONNECTION_OK)
	{
		PQsetNoticeReceiver(conn, receive_notice, link);
		if (link->setup == NULL || link->setup(conn, link->arg))
		{
			link->conn = conn;
			link->connected_ms = clock_ms();
			link->error[0] = link->logged[0] = '\0';
			log_success(link);
			return true;
		}
	}
	keep_error(link, conn);
	PQfinish(conn);
	wait_ms = backoff_next_ms(&link->backoff);
	link->next_try_ms = clock_ms() + wait_ms;
	log_failure(link, wait_ms);
	return false;
}

/*
 * See pglink.h.
 */
PgLink *
pglink_new(const char *dsn, const char *application, PgLinkSetup setup, void *arg)
{
	PgLink *link = calloc(1, sizeof(PgLink));

	if (link == NULL)
		return NULL;
	link->dsn = strdup(dsn);
	link->application = strdup(application);
	link->setup = setup;
	link->arg = arg;
	if (link->dsn == NULL || link->application == NULL)
	{
		pglink_free(link);
		return NULL;
	}
	return link;
}

/*
 * Ends the connection and frees everything; NULL is fine.
 */
void
pglink_free(PgLink *link)
{
	if (link == NULL)
		return;
	PQfinish(link->conn);
	free(link->dsn);
	free(link->application);
	free(link);
}

/*
 * See pglink.h.
 */
bool
pglink_ready(PgLink *link)
{
	if (link->conn != NULL && PQstatus(link->conn) == CONNECTION_OK)
		return true;
	if (link->conn != NULL)
		pglink_check(link);
	if (clock_ms() < link->next_try_ms)
		return false;
	return try_connect(link);
}

/*
 * See pglink.h.  At least 1 while there is a delay left, so that a caller that
 * sleeps for it never spins through the last millisecond.
 */
int
pglink_wait_ms(const PgLink *link)
{
	int64_t left;

	if (link->conn != NULL)
		return 0;
	left = link->next_try_ms - clock_ms();
	return left > 0 ? (int) left + 1 : 0;
}

/*
 * See pglink.h.
 */
PGconn *
pglink_conn(PgLink *link)
{
	return link->conn;
}

/*
 * Remembers the error even of a connection that lives on: the caller logs it
 * from here, scrubbed.
 */
bool
pglink_check(PgLink *link)
{
	if (link->conn == NULL)
		return false;
	keep_error(link, link->conn);
	if (PQstatus(link->conn) == CONNECTION_OK)
		return true;
	log_error("%s: lost the connection to PostgreSQL: %s", link->application,
	          link->error);
	pglink_drop(link);
	return false;
}

/*
 * Lets the next attempt be made at once after a connection that had held, with
 * back-off after one that died young: a server that accepts and then closes
 * must not be hammered either.
 */
void
pglink_drop(PgLink *link)
{
	int64_t now = clock_ms();

	if (link->conn == NULL)
		return;
	PQfinish(link->conn);
	link->conn = NULL;
	link->lost_ms = now;
	if (now - link->connected_ms >= STABLE_MS)
	{
		backoff_reset(&link->backoff);
		link->next_try_ms = 0;
	}
	else
		link->next_try_ms = now + backoff_next_ms(&link->backoff);
}

/*
 * See pglink.h.
 */
const char *
pglink_error(const PgLink *link)
{
	return link->error;
}
