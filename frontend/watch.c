/*
 * watch.c
 *	  Listens for changes; see watch.h.
 *
 * A sign of life is the answer to an empty query.  The server sends what it has
 * to tell before it, so when it is here, every change that had committed by the
 * time it was asked for has been heard of.
 */
#include "frontend/watch.h"

#include "common/clock.h"
#include "common/pglink.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* The longest sleep without a connection; bounds how long a stop takes. */
#define AWAY_MS 100

struct Watch
{
	AnswerCache *cache;
	PgLink *link;
	pthread_t thread;
	atomic_bool stopping;
	int64_t asked_ms; /* when a sign of life was asked for; 0: none is awaited */
	int64_t beat_ms;  /* when the next one is to be asked for */
};

/*
 * Begins to listen on a fresh connection; pglink calls it.  What changed before
 * was not heard.
 */
static bool
set_up(PGconn *conn, void *arg)
{
	Watch *watch = arg;
	PGresult *result = PQexec(conn, "LISTEN " WATCH_CHANNEL);
	bool good = PQresultStatus(result) == PGRES_COMMAND_OK;

	PQclear(result);
	watch->asked_ms = 0;
	watch->beat_ms = 0;
	answercache_outdate(watch->cache);
	return good;
}

/*
 * Vouches no more, and tries again with a new connection.
 */
static void
lose(Watch *watch)
{
	answercache_confirm(watch->cache, 0);
	pglink_drop(watch->link);
}

/*
 * Whether the sign of life that was asked for is here, to its end.
 */
static bool
is_alive(Watch *watch, PGconn *conn)
{
	while (watch->asked_ms != 0 && !PQisBusy(conn))
	{
		PGresult *result = PQgetResult(conn);

		if (result == NULL)
			return true;
		PQclear(result);
	}
	return false;
}

/*
 * Takes what was told.  Changes first: they may have come with the sign of life.
 */
static void
take_news(Watch *watch, PGconn *conn)
{
	bool alive = is_alive(watch, conn);
	bool changed = false;
	PGnotify *notify;

	while ((notify = PQnotifies(conn)) != NULL)
	{
		changed = true;
		PQfreemem(notify);
	}
	if (changed)
		answercache_outdate(watch->cache);
	if (!alive)
		return;
	answercache_confirm(watch->cache, watch->asked_ms + WATCH_TRUST_MS);
	watch->beat_ms = watch->asked_ms + WATCH_BEAT_MS;
	watch->asked_ms = 0;
}

/*
 * Asks for a sign of life when it is time; false when there is none for too long.
 */
static bool
keep_asking(Watch *watch, PGconn *conn)
{
	int64_t now_ms = clock_ms();

	if (watch->asked_ms != 0)
		return now_ms - watch->asked_ms < WATCH_TRUST_MS;
	if (now_ms < watch->beat_ms)
		return true;
	watch->asked_ms = now_ms;
	return PQsendQuery(conn, "") == 1;
}

/*
 * Listens for a moment.
 */
static void
listen_once(Watch *watch)
{
	PGconn *conn = pglink_conn(watch->link);
	struct pollfd fd = {PQsocket(conn), POLLIN, 0};
	int64_t wait_ms;

	if (!keep_asking(watch, conn))
	{
		lose(watch);
		return;
	}
	wait_ms = watch->asked_ms != 0 ? AWAY_MS : watch->beat_ms - clock_ms();
	poll(&fd, 1, wait_ms > 0 ? (int) wait_ms : 0);
	if (PQconsumeInput(conn) == 0 || PQstatus(conn) != CONNECTION_OK)
		lose(watch);
	else
		take_news(watch, conn);
}

/*
 * The thread.
 */
static void *
run(void *arg)
{
	Watch *watch = arg;

	while (!atomic_load(&watch->stopping))
	{
		int wait_ms;

		if (pglink_ready(watch->link))
		{
			listen_once(watch);
			continue;
		}
		wait_ms = pglink_wait_ms(watch->link);
		poll(NULL, 0, wait_ms < AWAY_MS ? wait_ms + 1 : AWAY_MS);
	}
	return NULL;
}

/*
 * Starts.
 */
Watch *
watch_start(Frontend *frontend)
{
	const Options *options = &frontend->options;
	Watch *watch = calloc(1, sizeof(Watch));
	pthread_attr_t attributes;
	bool started = false;

	if (watch == NULL)
		return NULL;
	watch->cache = frontend->cache;
	watch->link = pglink_new(options->dsn, "receipts-consumer watch", set_up, watch);
	if (watch->link != NULL)
	{
		pthread_attr_init(&attributes);
		pthread_attr_setstacksize(&attributes, (size_t) options->thread_stack);
		started = pthread_create(&watch->thread, &attributes, run, watch) == 0;
		pthread_attr_destroy(&attributes);
	}
	if (started)
		return watch;
	pglink_free(watch->link);
	free(watch);
	return NULL;
}

/*
 * Stops.
 */
void
watch_stop(Watch *watch)
{
	if (watch == NULL)
		return;
	atomic_store(&watch->stopping, true);
	pthread_join(watch->thread, NULL);
	answercache_confirm(watch->cache, 0);
	pglink_free(watch->link);
	free(watch);
}
