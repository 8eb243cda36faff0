/*
 * relayfetch.c
 *	  Reads the outbox while the window has room.
 *
 * Receipt ids are a sequence, so a lower id may be committed after a higher one
 * was read.  The relay therefore goes through the outbox in passes: from the
 * start, page by page, to the end; what is in flight already is skipped.  When
 * little is in flight each notification starts a pass from 0.  Else new receipts
 * are read behind the cursor, and a sweep from 0 follows within a second.
 *
 * Parked receipts (parked.h) are skipped as well.  When one is due to be tried,
 * the window is let run empty, and it is sent alone: then its fate is its own.
 */
#include "bridge/relay.h"

#include "bridge/dbquery.h"
#include "common/clock.h"
#include "common/crashpoint.h"
#include "common/log.h"

#include <stdint.h>
#include <stdlib.h>

#define SWEEP_MS 1000

/* A sweep that takes long, over many parked receipts, is made more rarely. */
#define SWEEP_SHARE 20

/* After a probe, normal work has at least so many times as long. */
#define PROBE_SHARE 4

/* A window with room, but not for the next receipt, is looked at again then. */
#define FULL_WAIT_MS 20

/* A probe that could not be sent is tried again then. */
#define PROBE_RETRY_MS 1000

/* What one fetch does while its rows arrive. */
typedef struct FetchRun
{
	Relay *relay;
	int64_t began_ms;
	int rows;
	int sent;
	bool full;      /* the window had no room for a row: it comes again */
	bool troubled;  /* librdkafka did not take a row */
	int64_t probed; /* send this one although it is parked; 0: a normal fetch */
	bool probe_sent;
} FetchRun;

/*
 * Says that there may be something to fetch, from the start; after trouble only
 * when the back-off has passed.
 */
void
relay_fetch_again(Relay *relay, bool with_delay)
{
	relay->fetch.wanted = true;
	relay->fetch.cursor = 0;
	if (with_delay && relay->fetch.not_before_ms <= clock_ms())
		relay->fetch.not_before_ms =
			clock_ms() + backoff_next_ms(&relay->delivery_backoff);
}

/*
 * Reads a column as a string; NULL for SQL NULL.
 */
static const char *
column(const PGresult *result, int row, int i)
{
	return PQgetisnull(result, row, i) ? NULL : PQgetvalue(result, row, i);
}

/*
 * Reads a row of journal.outbox_fetch().
 */
static OutboxRow
read_row(const PGresult *result, int row)
{
	return (OutboxRow){
		.id = strtoll(PQgetvalue(result, row, 0), NULL, 10),
		.key = PQgetvalue(result, row, 1),
		.key_len = (size_t) PQgetlength(result, row, 1),
		.value = PQgetvalue(result, row, 2),
		.value_len = (size_t) PQgetlength(result, row, 2),
		.ce_id = PQgetvalue(result, row, 3),
		.ce_time = PQgetvalue(result, row, 4),
		.traceparent = column(result, row, 5),
	};
}

/*
 * Sends a fetched row unless it is under way or parked.  Once one was not taken,
 * the rest of the page is left alone: the cursor stands before it.
 */
static void
take_row(const PGresult *result, int i, void *arg)
{
	FetchRun *run = arg;
	Relay *relay = run->relay;
	OutboxRow row = read_row(result, i);
	size_t bytes = relay_row_bytes(&row);

	run->rows++;
	if (run->full || run->troubled)
		return;
	relay->fetch.mean_bytes = (relay->fetch.mean_bytes * 15 + bytes) / 16;
	if (!inflight_contains(relay->window, row.id) &&
	    !parked_contains(&relay->parked, row.id))
	{
		if (!inflight_has_room(relay->window, bytes))
		{
			run->full = true;
			return;
		}
		CRASH_POINT("relay-before-produce");
		if (relay_send(relay, &row) == SEND_TROUBLE)
		{
			run->troubled = true;
			return;
		}
		run->sent++;
	}
	relay->fetch.cursor = row.id;
}

/*
 * Sends the one parked receipt that a probe is about.
 */
static void
take_probe(const PGresult *result, int i, void *arg)
{
	FetchRun *run = arg;
	OutboxRow row = read_row(result, i);

	if (row.id != run->probed)
		return;
	CRASH_POINT("relay-before-probe");
	run->rows++;
	run->relay->probe.id = row.id;
	run->probe_sent = relay_send(run->relay, &row) == SEND_DONE;
}

/*
 * Runs journal.outbox_fetch().
 */
static DbOutcome
fetch(FetchRun *run, int64_t after_id, int rows, DbRow take)
{
	Relay *relay = run->relay;
	DbQuery query;
	DbOutcome outcome;

	dbquery_init(&query, "SELECT receipt_id, key, value, ce_id, ce_time, traceparent "
	                     "FROM journal.outbox_fetch($1, $2, $3::integer)");
	dbquery_int(&query, relay->lease.epoch);
	dbquery_int(&query, after_id);
	dbquery_int(&query, rows);
	outcome = dbquery_run(&query, relay->link, relay_query_timeout(relay), take, run);
	if (outcome == DB_OK)
	{
		relay->fetch.trouble_logged = false;
		backoff_reset(&relay->fetch.backoff);
		return outcome;
	}
	if (outcome != DB_FENCED && outcome != DB_LOST && !relay->fetch.trouble_logged)
	{
		log_error("could not read the outbox, trying again until it works: %s (%s)",
		          query.message, query.sqlstate);
		relay->fetch.trouble_logged = true;
	}
	if (outcome == DB_FENCED)
		relay_fenced(relay);
	relay->fetch.wanted = true;
	relay->fetch.not_before_ms = clock_ms() + backoff_next_ms(&relay->fetch.backoff);
	return outcome;
}

/*
 * Tells how many rows to fetch now; 0 when the room is too little to be worth it.
 */
static int
rows_to_fetch(const Relay *relay)
{
	int rows = relay->options->fetch_rows;
	int room = inflight_room_messages(relay->window);
	size_t bytes = inflight_room_bytes(relay->window);
	size_t by_bytes = bytes / (relay->fetch.mean_bytes + 1) + 1;

	if (inflight_sent_count(relay->window) + inflight_delivered_count(relay->window) >
	        0 &&
	    (room <= rows / 4 || bytes < (size_t) relay->options->window_bytes / 8))
		return 0;
	if (rows > room)
		rows = room;
	return (size_t) rows > by_bytes ? (int) by_bytes : rows;
}

/*
 * Tells whether a pass from the start would find little that it must skip.
 */
static bool
little_to_skip(const Relay *relay)
{
	int in_flight =
		inflight_sent_count(relay->window) + inflight_delivered_count(relay->window);

	return relay->parked.count == 0 && in_flight < relay->options->fetch_rows / 4;
}

/*
 * Gives the time of the next sweep; INT64_MAX: there is no need.  What the last
 * one cost, while much was in flight, is no reason to wait once little is.
 */
static int64_t
sweep_due_ms(const Relay *relay)
{
	const RelayFetch *f = &relay->fetch;
	int64_t soon = f->sweep_began_ms + SWEEP_MS;

	if (f->sweep_at_ms == 0)
		return INT64_MAX;
	return little_to_skip(relay) && soon < f->sweep_at_ms ? soon : f->sweep_at_ms;
}

/*
 * Tells whether to fetch from the start: the sweep is due, or a pass is complete
 * and a new one would find little to skip.
 */
static bool
start_over(const Relay *relay, int64_t now)
{
	return now >= sweep_due_ms(relay) ||
	       (relay->fetch.pass_done && little_to_skip(relay));
}

/*
 * Adds a fetch to the sweep that it is part of, if it is; only the time in
 * fetches counts, not the time in which there was no room for another.
 */
static void
note_sweep(RelayFetch *f, const FetchRun *run, int64_t start, int64_t now)
{
	if (start == 0)
	{
		f->sweeping = true;
		f->sweep_at_ms = 0;
		f->sweep_began_ms = now;
		f->sweep_spent_ms = 0;
	}
	f->sweep_spent_ms += now - run->began_ms;
	if (f->sweeping && f->pass_done)
	{
		f->sweeping = false;
		f->sweep_wait_ms = f->sweep_spent_ms * SWEEP_SHARE;
	}
	if (f->sweep_at_ms == 0 && !(f->pass_done && start == 0))
		f->sweep_at_ms =
			now + (f->sweep_wait_ms > SWEEP_MS ? f->sweep_wait_ms : SWEEP_MS);
}

/*
 * Keeps the books of passes and sweeps after a fetch.
 */
static void
note_fetch(Relay *relay, const FetchRun *run, int64_t start, int asked)
{
	RelayFetch *f = &relay->fetch;
	int64_t now = clock_ms();

	f->pass_done = run->rows < asked && !run->full && !run->troubled;
	f->wanted = !f->pass_done;
	note_sweep(f, run, start, now);
	if (run->troubled)
		f->not_before_ms = now + backoff_next_ms(&relay->delivery_backoff);
	else if (run->full && run->sent == 0)
		f->not_before_ms = now + FULL_WAIT_MS;
}

/*
 * Fetches one page.
 */
static void
fetch_page(Relay *relay, int rows)
{
	FetchRun run = {.relay = relay, .began_ms = clock_ms()};
	int64_t start;

	if (start_over(relay, clock_ms()))
		relay->fetch.cursor = 0;
	start = relay->fetch.cursor;
	if (fetch(&run, start, rows, take_row) == DB_OK)
		note_fetch(relay, &run, start, rows);
	if (run.sent > 0)
		CRASH_POINT("relay-after-produce");
}

/*
 * Tries a parked receipt alone.  One that is gone from the outbox is forgotten.
 */
static void
probe(Relay *relay, int64_t id)
{
	FetchRun run = {.relay = relay, .probed = id};

	relay->probe.began_ms = clock_ms();
	if (fetch(&run, id - 1, 1, take_probe) != DB_OK)
		return;
	if (run.rows == 0)
		parked_remove(&relay->parked, id);
	if (!run.probe_sent)
	{
		relay->probe.id = 0;
		parked_postpone(&relay->parked, id, clock_ms() + PROBE_RETRY_MS);
	}
	metric_set(relay->metrics.parked, relay->parked.count);
}

/*
 * Ends a probe whose receipt has left the window, and lets normal work go first
 * for a while.
 */
static void
end_probe(Relay *relay)
{
	int64_t now = clock_ms();
	const Parked *next;

	relay->probe.id = 0;
	next = parked_next(&relay->parked);
	if (next != NULL)
		parked_postpone(&relay->parked, next->id,
		                now + (now - relay->probe.began_ms) * PROBE_SHARE);
}

/*
 * Deals with parked receipts; true when normal fetching must wait for it.
 */
static bool
probe_turn(Relay *relay)
{
	int in_flight =
		inflight_sent_count(relay->window) + inflight_delivered_count(relay->window);
	const Parked *next;

	if (relay->probe.id != 0)
	{
		if (in_flight > 0)
			return true;
		end_probe(relay);
	}
	next = parked_next(&relay->parked);
	if (next == NULL || next->next_try_ms > clock_ms())
		return false;
	if (in_flight == 0)
		probe(relay, next->id);
	return relay->probe.id != 0 || in_flight > 0;
}

/*
 * Tells whether fetching is possible at all now.
 */
static bool
may_fetch(const Relay *relay)
{
	return relay->lease.held && !relay->stopping && relay->kafka.rk != NULL;
}

/*
 * Fetches a page if something may be there and there is room.
 */
void
relay_fetch_turn(Relay *relay)
{
	int64_t now = clock_ms();
	int rows;

	if (!may_fetch(relay) || now < relay->fetch.not_before_ms || probe_turn(relay) ||
	    !relay->lease.held)
		return;
	if (!relay->fetch.wanted && now < sweep_due_ms(relay))
		return;
	rows = rows_to_fetch(relay);
	if (rows > 0 && pglink_conn(relay->link) != NULL)
		fetch_page(relay, rows);
}

/*
 * Gives the time at which relay_fetch_turn() has something to do; INT64_MAX when
 * only an event can bring it.
 */
int64_t
relay_fetch_due_ms(const Relay *relay)
{
	const RelayFetch *f = &relay->fetch;
	const Parked *next = parked_next(&relay->parked);
	int in_flight =
		inflight_sent_count(relay->window) + inflight_delivered_count(relay->window);
	int64_t due = INT64_MAX;

	if (!may_fetch(relay) || pglink_conn(relay->link) == NULL ||
	    (relay->probe.id != 0 && in_flight > 0))
		return INT64_MAX;
	if (rows_to_fetch(relay) > 0)
		due = f->wanted ? 0 : sweep_due_ms(relay);
	if (next != NULL && next->next_try_ms <= clock_ms() && in_flight > 0)
		due = INT64_MAX; /* waits for the window to run empty */
	else if (next != NULL && next->next_try_ms < due)
		due = next->next_try_ms;
	return due > f->not_before_ms || due == INT64_MAX ? due : f->not_before_ms;
}
