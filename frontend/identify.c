/*
 * identify.c
 *	  A worker's talk with the database about tokens; see identify.h.
 *
 * Neither statement has to succeed: without the first, a request goes on
 * unknown, and the database judges its token all the same; without the second,
 * a last use stands a while longer as it was.
 */
#include "frontend/identify.h"

#include "common/clock.h"
#include "common/log.h"

#include <stdlib.h>
#include <string.h>

/* Places of the statements, from the end; the routes' grow from the begin. */
#define KNOWN_PLACE (MAX_STATEMENTS - 1)
#define USED_PLACE (MAX_STATEMENTS - 2)

static const Statement known_statement = {
	KNOWN_PLACE,
	"SELECT ordinal, token_id, rate_limit FROM api.known_tokens($1)",
	1,
	{1001} /* bytea[] */
};

static const Statement used_statement = {
	USED_PLACE,
	"SELECT ordinal, token_id, rate_limit FROM api.tokens_used($1, $2)",
	2,
	{1001, 1016} /* bytea[], bigint[] */
};

/*
 * Makes a worker's; false when there is no memory.
 */
bool
identifier_init(Identifier *identifier, Frontend *frontend, Database *database)
{
	identifier->frontend = frontend;
	identifier->database = database;
	identifier->asked =
		calloc((size_t) frontend->options.batch_rows, sizeof(Request *));
	pgarray_init(&identifier->tokens, PGARRAY_BYTEA);
	pgarray_init(&identifier->ages, PGARRAY_INT8);
	return identifier->asked != NULL;
}

/*
 * Frees it.
 */
void
identifier_free(Identifier *identifier)
{
	free(identifier->asked);
	pgarray_free(&identifier->tokens);
	pgarray_free(&identifier->ages);
}

/*
 * Runs a statement about the tokens in the array.
 */
static PGresult *
ask(Identifier *identifier, const Statement *statement)
{
	PgArray *arrays[] = {&identifier->tokens, &identifier->ages};
	Parameters parameters;
	PGresult *result = NULL;

	memset(&parameters, 0, sizeof(parameters));
	for (int i = 0; i < statement->nparameters; i++)
	{
		parameters.values[i] = pgarray_data(arrays[i]);
		parameters.lengths[i] = pgarray_size(arrays[i]);
		parameters.formats[i] = 1;
	}
	if (database_execute(identifier->database, statement, &parameters, &result) ==
	    DATABASE_DONE)
		return result;
	log_warning("could not ask about tokens: %s",
	            database_error(identifier->database, result));
	PQclear(result);
	return NULL;
}

/*
 * The ordinal of a row; 0 when it is none of count.
 */
static size_t
ordinal_of(const PGresult *result, int row, size_t count)
{
	unsigned long ordinal = strtoul(PQgetvalue(result, row, 0), NULL, 10);

	return ordinal <= count ? ordinal : 0;
}

/*
 * Tells the gate of the token in a row.
 */
static void
learn(Identifier *identifier, const PGresult *result, int row,
      const unsigned char *token, GateTicket *ticket)
{
	gate_learn(identifier->frontend->gate, token,
	           strtoll(PQgetvalue(result, row, 1), NULL, 10),
	           atoi(PQgetvalue(result, row, 2)), clock_ms(), ticket);
}

/*
 * Whether the gate has still to learn of a request's token.
 */
static bool
is_unknown(const Request *request)
{
	return request->has_token && request->ticket.token_id == 0 &&
	       request_route(request)->kind != ROUTE_METRICS;
}

/*
 * Asks for tokens.
 */
void
identify_jobs(Identifier *identifier, Job *jobs)
{
	size_t count = 0;
	PGresult *result;

	pgarray_clear(&identifier->tokens);
	for (Job *job = jobs; job != NULL; job = job->next)
	{
		Request *request = request_of_job(job);

		if (!is_unknown(request))
			continue;
		pgarray_bytes(&identifier->tokens, request->token, DIGEST_SIZE);
		identifier->asked[count++] = request;
	}
	result = count > 0 ? ask(identifier, &known_statement) : NULL;
	for (int row = 0; result != NULL && row < PQntuples(result); row++)
	{
		size_t ordinal = ordinal_of(result, row, count);

		if (ordinal > 0)
			learn(identifier, result, row, identifier->asked[ordinal - 1]->token,
			      &identifier->asked[ordinal - 1]->ticket);
	}
	PQclear(result);
}

/*
 * Whether this worker is the one to write uses now.
 */
static bool
is_time(Frontend *frontend)
{
	int64_t now_ms = clock_ms();
	int64_t due_ms = atomic_load(&frontend->uses_due_ms);

	return now_ms >= due_ms &&
	       atomic_compare_exchange_strong(&frontend->uses_due_ms, &due_ms,
	                                      now_ms + USES_EVERY_MS);
}

/*
 * Writes one statement's worth of uses; returns how many.
 */
static size_t
write_some(Identifier *identifier, bool all)
{
	size_t count = gate_take_uses(identifier->frontend->gate, clock_ms(), all,
	                              identifier->uses, USES_MAX);
	PGresult *result;

	if (count == 0)
		return 0;
	pgarray_clear(&identifier->tokens);
	pgarray_clear(&identifier->ages);
	for (size_t i = 0; i < count; i++)
	{
		pgarray_bytes(&identifier->tokens, identifier->uses[i].token, DIGEST_SIZE);
		pgarray_int8(&identifier->ages, identifier->uses[i].age_ms);
	}
	result = ask(identifier, &used_statement);
	for (int row = 0; result != NULL && row < PQntuples(result); row++)
	{
		size_t ordinal = ordinal_of(result, row, count);

		if (ordinal > 0)
			learn(identifier, result, row, identifier->uses[ordinal - 1].token, NULL);
	}
	PQclear(result);
	return count;
}

/*
 * Writes uses.
 */
void
identify_write_uses(Identifier *identifier, bool all)
{
	if (!all && !is_time(identifier->frontend))
		return;
	while (write_some(identifier, all) == USES_MAX)
		;
}
