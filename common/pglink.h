/*
 * pglink.h
 *	  A connection to PostgreSQL that comes back: connects when asked, waits out
 *	  failures with jittered back-off, logs each change of state once, and
 *	  never shows a password.
 *
 * A PgLink belongs to one thread.  The caller asks pglink_ready() before each
 * piece of work; after a failed query it calls pglink_check(), which drops a
 * connection that is dead.
 */
#ifndef COMMON_PGLINK_H
#define COMMON_PGLINK_H

#include <stdbool.h>
#include <libpq-fe.h>

typedef struct PgLink PgLink;

/*
 * Runs on every fresh connection (LISTEN, PREPARE).  Returns false, with the
 * error left in conn, to have the connection dropped and tried again later.
 */
typedef bool (*PgLinkSetup)(PGconn *conn, void *arg);

/*
 * dsn: libpq's.  application: application_name, also the name in log lines.
 * Adds connect_timeout, keepalives and client_encoding=UTF8 unless the dsn
 * sets them.
 */
extern PgLink *pglink_new(const char *dsn, const char *application, PgLinkSetup setup,
                          void *arg);
extern void pglink_free(PgLink *link);

/*
 * True when there is a live connection; otherwise tries once if the back-off
 * allows it now.  Never blocks for longer than connect_timeout (3 s).
 */
extern bool pglink_ready(PgLink *link);

/* Milliseconds until the next attempt makes sense; 0 when connected. */
extern int pglink_wait_ms(const PgLink *link);

/* The connection; NULL when there is none. */
extern PGconn *pglink_conn(PgLink *link);

/* After a failed query: drops the connection if it is dead; true if it lives. */
extern bool pglink_check(PgLink *link);

/*
 * Drops the connection at once; the next pglink_ready() makes a new one (after
 * the back-off, if this one had held for less than a second).
 */
extern void pglink_drop(PgLink *link);

/* The last error, one line, without secrets; for log lines. */
extern const char *pglink_error(const PgLink *link);

#endif /* COMMON_PGLINK_H */
