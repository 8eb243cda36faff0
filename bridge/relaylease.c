/*
 * relaylease.c
 *	  The lease: one relay at a time publishes.
 *
 * A lease in the database has an epoch, a fencing token: a relay that was paused
 * for longer than the lease lives is refused (SQLSTATE PR001) as soon as it asks
 * for anything.  Two relays at once would do no harm that the sink does not undo,
 * but they would publish everything twice.
 */
#include "bridge/relay.h"

#include "bridge/dbquery.h"
#include "common/clock.h"
#include "common/crashpoint.h"
#include "common/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

/*
 * Makes a name for this process that no other and no later one has, so that it
 * never takes over a lease which it does not hold.
 */
void
relay_lease_init(Relay *relay)
{
	char host[64] = "";
	uint32_t nonce = 0;

	gethostname(host, sizeof(host) - 1);
	if (getrandom(&nonce, sizeof(nonce), 0) != (ssize_t) sizeof(nonce))
		nonce = (uint32_t) clock_us();
	snprintf(relay->lease.holder, sizeof(relay->lease.holder), "%s:%d:%08" PRIx32, host,
	         (int) getpid(), nonce);
}

/*
 * Reads the epoch; NULL, and so 0, when another relay holds the lease.
 */
static void
take_epoch(const PGresult *result, int row, void *arg)
{
	int64_t *epoch = arg;

	if (!PQgetisnull(result, row, 0))
		*epoch = strtoll(PQgetvalue(result, row, 0), NULL, 10);
}

/*
 * Carries out the answer: ours now, ours still, or another's.
 */
static void
apply(Relay *relay, int64_t epoch)
{
	RelayLease *lease = &relay->lease;

	if (epoch == 0)
	{
		if (lease->held)
			relay_fenced(relay);
		else if (!lease->standing_by)
			log_info("another relay holds the lease: standing by");
		lease->standing_by = true;
		return;
	}
	if (!lease->held || lease->epoch != epoch)
	{
		log_info("holding the lease, epoch %" PRId64 ": publishing to topic \"%s\"",
		         epoch, relay->options->topic);
		relay_fetch_again(relay, false);
	}
	lease->held = true;
	lease->standing_by = false;
	lease->epoch = epoch;
}

/*
 * Acquires or renews when it is time, at a third of the lease's life: two
 * renewals may fail before it is lost.
 */
void
relay_lease_turn(Relay *relay)
{
	RelayLease *lease = &relay->lease;
	DbQuery query;
	int64_t epoch = 0;
	DbOutcome outcome;

	if (clock_ms() < lease->next_ms)
		return;
	dbquery_init(&query, "SELECT journal.relay_acquire($1, make_interval(secs => $2))");
	dbquery_text(&query, lease->holder);
	dbquery_int(&query, relay->options->lease_ttl_s);
	outcome = dbquery_run(&query, relay->link, relay_query_timeout(relay), take_epoch,
	                      &epoch);
	if (outcome == DB_OK)
	{
		CRASH_POINT("relay-after-lease");
		backoff_reset(&lease->backoff);
		lease->next_ms = clock_ms() + (int64_t) relay->options->lease_ttl_s * 1000 / 3;
		apply(relay, epoch);
	}
	else
	{
		if (lease->backoff.attempts == 0 && outcome != DB_LOST)
			log_error(
				"could not acquire the lease, trying again until it works: %s (%s)",
				query.message, query.sqlstate);
		lease->next_ms = clock_ms() + backoff_next_ms(&lease->backoff);
	}
	relay->health.obstacle = outcome == DB_OK ? NULL : RELAY_NO_LEASE;
	metric_set(relay->metrics.lease_held, lease->held);
}

/*
 * Gives the lease back, so that the next relay need not wait for its end.
 */
void
relay_lease_release(Relay *relay)
{
	DbQuery query;

	if (!relay->lease.held || pglink_conn(relay->link) == NULL)
		return;
	CRASH_POINT("relay-before-release");
	dbquery_init(&query, "SELECT journal.relay_release($1)");
	dbquery_int(&query, relay->lease.epoch);
	if (dbquery_run(&query, relay->link, 2000, NULL, NULL) != DB_OK)
		log_warning("could not release the lease: %s", query.message);
	relay->lease.held = false;
}
