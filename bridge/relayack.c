/*
 * relayack.c
 *	  Takes delivered receipts out of the outbox.
 *
 * Deliveries are gathered for a moment, so that many share one commit: while
 * others are still under way there is nothing to win by being quick.  With
 * nothing more under way the commit is made at once.
 */
#include "bridge/relay.h"

#include "bridge/dbquery.h"
#include "common/clock.h"
#include "common/crashpoint.h"
#include "common/log.h"

#include <stdint.h>

/*
 * Gives the time at which an acknowledgement should be made; INT64_MAX: none
 * waits.
 */
int64_t
relay_ack_due_ms(const Relay *relay)
{
	int waiting = inflight_delivered_count(relay->window);
	int64_t due;

	if (waiting == 0 || !relay->lease.held)
		return INT64_MAX;
	if (waiting >= relay->options->acknowledge_rows ||
	    inflight_sent_count(relay->window) == 0)
		due = 0;
	else
		due = relay->ack.oldest_ms + relay->options->acknowledge_linger_ms;
	return due > relay->ack.not_before_ms ? due : relay->ack.not_before_ms;
}

/*
 * Puts the oldest deliveries into the parameters; returns how many.
 */
static int
gather(const Relay *relay, PgArray *ids, PgArray *partitions, PgArray *offsets)
{
	int count = 0;

	for (const Flight *flight = inflight_first_delivered(relay->window);
	     flight != NULL && count < relay->options->acknowledge_rows;
	     flight = flight->next)
	{
		pgarray_int8(ids, flight->id);
		pgarray_int4(partitions, flight->partition);
		pgarray_int8(offsets, flight->offset);
		count++;
	}
	return count;
}

/*
 * Carries out the outcome.  When it is unknown the same is sent again: what is
 * gone from the outbox already is simply not found.
 */
static void
apply(Relay *relay, DbOutcome outcome, int count, const DbQuery *query)
{
	RelayAck *ack = &relay->ack;

	if (outcome == DB_OK)
	{
		inflight_acknowledged(relay->window, count);
		metric_add(relay->metrics.acknowledged, count);
		ack->oldest_ms = clock_ms();
		ack->not_before_ms = 0;
		ack->trouble_logged = false;
		backoff_reset(&ack->backoff);
		return;
	}
	if (outcome == DB_FENCED)
	{
		relay_fenced(relay);
		return;
	}
	if (outcome != DB_LOST && !ack->trouble_logged)
	{
		log_error("could not acknowledge %d receipts, trying again until it works: "
		          "%s (%s)",
		          count, query->message, query->sqlstate);
		ack->trouble_logged = true;
	}
	ack->not_before_ms = clock_ms() + backoff_next_ms(&ack->backoff);
}

/*
 * Sends one acknowledgement.
 */
static DbOutcome
acknowledge(Relay *relay)
{
	PgArray ids;
	PgArray partitions;
	PgArray offsets;
	DbQuery query;
	DbOutcome outcome;
	int count;

	pgarray_init(&ids, PGARRAY_INT8);
	pgarray_init(&partitions, PGARRAY_INT4);
	pgarray_init(&offsets, PGARRAY_INT8);
	count = gather(relay, &ids, &partitions, &offsets);
	dbquery_init(&query, "SELECT journal.outbox_acknowledge($1, $2, $3, $4, $5)");
	dbquery_int(&query, relay->lease.epoch);
	dbquery_text(&query, relay->options->topic);
	dbquery_array(&query, &ids);
	dbquery_array(&query, &partitions);
	dbquery_array(&query, &offsets);
	CRASH_POINT("relay-before-acknowledge");
	outcome = dbquery_run(&query, relay->link, relay_query_timeout(relay), NULL, NULL);
	if (outcome == DB_OK)
		CRASH_POINT("relay-after-acknowledge");
	apply(relay, outcome, count, &query);
	pgarray_free(&ids);
	pgarray_free(&partitions);
	pgarray_free(&offsets);
	return outcome;
}

/*
 * Acknowledges one commit's worth if it is time; with all, everything.
 */
void
relay_ack_turn(Relay *relay, bool all)
{
	while (relay->lease.held && pglink_conn(relay->link) != NULL &&
	       inflight_delivered_count(relay->window) > 0 &&
	       (all || relay_ack_due_ms(relay) <= clock_ms()))
	{
		if (acknowledge(relay) != DB_OK || !all)
			break;
	}
}
