/*
 * submit.c
 *	  Group commit; see submit.h.
 *
 * No receipt is answered 2xx before the database has said that the statement
 * committed.  A batch that was undone, or whose fate is unknown since the
 * connection broke, is submitted once more: the database knows receipts by their
 * transaction_id, so at worst one that had been stored is answered as the
 * duplicate it then is.  A batch that raises an error, or cannot be serialized
 * twice over, is halved until the receipt at fault stands alone; the others are
 * not to suffer from it.
 */
#include "frontend/submit.h"

#include "common/log.h"
#include "common/metrics.h"
#include "frontend/reply.h"

#include <stdlib.h>
#include <string.h>

/* Place of the statement; those of the routes start above. */
#define SUBMIT_PLACE 0

static const Statement submit_statement = {
	SUBMIT_PLACE,
	"SELECT ordinal, status, body, headers"
	" FROM api.submit($1, $2, $3::pg_catalog.inet[], $4, $5, $6)",
	6,
	{1001, 1001, 1009, 1009, 1009, 1009} /* 2 bytea[], 4 text[] */
};

/*
 * Makes the memory of a worker.
 */
bool
submitter_init(Submitter *submitter, Database *database, const Options *options)
{
	submitter->database = database;
	submitter->grace_ms = options->db_grace_ms;
	submitter->requests = calloc((size_t) options->batch_rows, sizeof(Request *));
	pgarray_init(&submitter->tokens, PGARRAY_BYTEA);
	pgarray_init(&submitter->bodies, PGARRAY_BYTEA);
	pgarray_init(&submitter->addresses, PGARRAY_TEXT);
	pgarray_init(&submitter->request_ids, PGARRAY_TEXT);
	pgarray_init(&submitter->traceparents, PGARRAY_TEXT);
	pgarray_init(&submitter->languages, PGARRAY_TEXT);
	return submitter->requests != NULL;
}

/*
 * Frees it.
 */
void
submitter_free(Submitter *submitter)
{
	free(submitter->requests);
	pgarray_free(&submitter->tokens);
	pgarray_free(&submitter->bodies);
	pgarray_free(&submitter->addresses);
	pgarray_free(&submitter->request_ids);
	pgarray_free(&submitter->traceparents);
	pgarray_free(&submitter->languages);
}

/*
 * Puts the requests into the arrays.
 */
static void
fill_arrays(Submitter *submitter, Request *const *requests, size_t count)
{
	pgarray_clear(&submitter->tokens);
	pgarray_clear(&submitter->bodies);
	pgarray_clear(&submitter->addresses);
	pgarray_clear(&submitter->request_ids);
	pgarray_clear(&submitter->traceparents);
	pgarray_clear(&submitter->languages);
	for (size_t i = 0; i < count; i++)
	{
		const Request *request = requests[i];

		if (request->has_token)
			pgarray_bytes(&submitter->tokens, request->token, TOKEN_DIGEST_SIZE);
		else
			pgarray_null(&submitter->tokens);
		pgarray_bytes(&submitter->bodies, request->body.data ? request->body.data : "",
		              request->body.used);
		pgarray_text(&submitter->addresses, request->address);
		pgarray_text(&submitter->request_ids, request->id);
		pgarray_text(&submitter->traceparents,
		             *request->traceparent ? request->traceparent : NULL);
		pgarray_text(&submitter->languages, request_language(request));
	}
}

/*
 * Sets one array as a parameter.
 */
static void
set_parameter(Parameters *parameters, int at, PgArray *array)
{
	parameters->values[at] = pgarray_data(array);
	parameters->lengths[at] = pgarray_size(array);
	parameters->formats[at] = 1;
}

/*
 * Submits once.
 */
static DatabaseOutcome
submit_once(Submitter *submitter, Request *const *requests, size_t count,
            PGresult **result)
{
	Parameters parameters;

	*result = NULL;
	if (!database_wait_ready(submitter->database, submitter->grace_ms))
		return DATABASE_LOST;
	fill_arrays(submitter, requests, count);
	set_parameter(&parameters, 0, &submitter->tokens);
	set_parameter(&parameters, 1, &submitter->bodies);
	set_parameter(&parameters, 2, &submitter->addresses);
	set_parameter(&parameters, 3, &submitter->request_ids);
	set_parameter(&parameters, 4, &submitter->traceparents);
	set_parameter(&parameters, 5, &submitter->languages);
	return database_execute(submitter->database, &submit_statement, &parameters,
	                        result);
}

/*
 * Submits, and once more if that may help.
 */
static DatabaseOutcome
submit_twice(Submitter *submitter, Request *const *requests, size_t count,
             PGresult **result)
{
	DatabaseOutcome outcome = submit_once(submitter, requests, count, result);

	if (outcome != DATABASE_REPEAT && outcome != DATABASE_LOST)
		return outcome;
	log_warning("submitting %zu receipts once more: %s", count,
	            database_error(submitter->database, *result));
	PQclear(*result);
	return submit_once(submitter, requests, count, result);
}

/*
 * Gives each request the row with its ordinal.
 */
static void
answer_rows(Request *const *requests, size_t count, PGresult *result)
{
	int rows = PQntuples(result);
	SharedResult *shared = PQnfields(result) == 4 ? shared_result_new(result) : NULL;

	for (int row = 0; shared != NULL && row < rows; row++)
	{
		long ordinal = atol(PQgetvalue(result, row, 0));

		if (ordinal >= 1 && (size_t) ordinal <= count &&
		    !requests[ordinal - 1]->answered)
			reply_row(requests[ordinal - 1], shared, row, 1);
		else
			log_error("api.submit() gave the ordinal %ld of %zu", ordinal, count);
	}
	if (shared != NULL)
		shared_result_release(shared);
	for (size_t i = 0; i < count; i++)
	{
		if (requests[i]->answered)
			continue;
		log_error("request %s: no answer from api.submit()", requests[i]->id);
		reply_problem(requests[i], PROBLEM_INTERNAL, NULL);
	}
}

/*
 * Answers all with the same error.
 */
static void
answer_failure(Submitter *submitter, Request *const *requests, size_t count,
               DatabaseOutcome outcome, const PGresult *result)
{
	bool passes = outcome != DATABASE_REFUSED && outcome != DATABASE_MISFIT;

	log_error("could not submit %zu receipts (the first is request %s): %s", count,
	          requests[0]->id, database_error(submitter->database, result));
	for (size_t i = 0; i < count; i++)
		reply_problem(requests[i], passes ? PROBLEM_UNAVAILABLE : PROBLEM_INTERNAL,
		              NULL);
}

/*
 * Submits requests and answers them, halving as long as an error is raised.
 */
static void
submit_range(Submitter *submitter, Request *const *requests, size_t count)
{
	PGresult *result;
	DatabaseOutcome outcome = submit_twice(submitter, requests, count, &result);

	if (outcome == DATABASE_DONE)
	{
		answer_rows(requests, count, result);
		return;
	}
	if ((outcome == DATABASE_REFUSED || outcome == DATABASE_REPEAT) && count > 1)
	{
		PQclear(result);
		submit_range(submitter, requests, count / 2);
		submit_range(submitter, requests + count / 2, count - count / 2);
		return;
	}
	answer_failure(submitter, requests, count, outcome, result);
	PQclear(result);
}

/*
 * Submits a list of jobs.  All are answered before any is resumed: a resumed
 * request may be gone.
 */
void
submit_jobs(Submitter *submitter, Job *jobs)
{
	size_t count = 0;

	for (Job *job = jobs; job != NULL; job = job->next)
		submitter->requests[count++] = request_of_job(job);
	submit_range(submitter, submitter->requests, count);
	for (size_t i = 0; i < count; i++)
		request_resume(submitter->requests[i]);
}
