/*
 * chunk.c
 *	  Chunks of batches; see chunk.h.
 *
 * As with single receipts (submit.c), a chunk that was undone, or whose fate is
 * unknown, is submitted once more, and one that raises an error is halved until
 * the receipt at fault stands alone.
 */
#include "frontend/chunk.h"

#include "common/log.h"
#include "frontend/reply.h"
#include "frontend/upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Places of the routes come before; the last two are those of identify.c. */
#define CHUNK_PLACE (MAX_STATEMENTS - 3)

static const Statement chunk_statement = {
	CHUNK_PLACE,
	"SELECT accepted, duplicates, conflicts, rejected, results,"
	" (refused).status, (refused).body, (refused).headers"
	" FROM api.submit_batch($1, $2, $3::pg_catalog.inet, $4, $5, $6, $7, $8)",
	8,
	{17, 1001, 25, 25, 23, 25, 16, 25} /* bytea, bytea[], 2 text, int, text, boolean,
	                                     text */
};

/* Columns of its row. */
enum
{
	COLUMN_ACCEPTED,
	COLUMN_DUPLICATES,
	COLUMN_CONFLICTS,
	COLUMN_REJECTED,
	COLUMN_RESULTS,
	COLUMN_STATUS,
	COLUMNS = 8
};

/*
 * Sets up.
 */
void
chunker_init(Chunker *chunker, Database *database, const Options *options)
{
	chunker->database = database;
	chunker->grace_ms = options->db_grace_ms;
}

/*
 * Submits receipts once; first: the index of the first in the batch.
 */
static DatabaseOutcome
submit_once(Chunker *chunker, const Request *request, PgArray *receipts, int first,
            PGresult **result)
{
	bool brief = request->upload->results.used > UPLOAD_FULL_RESULTS;
	Parameters parameters;
	char index[16];

	*result = NULL;
	if (!database_wait_ready(chunker->database, chunker->grace_ms))
		return DATABASE_LOST;
	memset(&parameters, 0, sizeof(parameters));
	snprintf(index, sizeof(index), "%d", first);
	if (request->has_token)
	{
		parameters.values[0] = (const char *) request->token;
		parameters.lengths[0] = TOKEN_DIGEST_SIZE;
		parameters.formats[0] = 1;
	}
	parameters.values[1] = pgarray_data(receipts);
	parameters.lengths[1] = pgarray_size(receipts);
	parameters.formats[1] = 1;
	parameters.values[2] = request->address;
	parameters.values[3] = request->id;
	parameters.values[4] = index;
	parameters.values[5] = *request->traceparent ? request->traceparent : NULL;
	parameters.values[6] = brief ? "true" : "false";
	parameters.values[7] = request_language(request);
	return database_execute(chunker->database, &chunk_statement, &parameters, result);
}

/*
 * Submits, and once more if that may help.
 */
static DatabaseOutcome
submit_twice(Chunker *chunker, const Request *request, PgArray *receipts, int first,
             PGresult **result)
{
	DatabaseOutcome outcome = submit_once(chunker, request, receipts, first, result);

	if (outcome != DATABASE_REPEAT && outcome != DATABASE_LOST)
		return outcome;
	log_warning("request %s: submitting %d receipts once more: %s", request->id,
	            receipts->count, database_error(chunker->database, *result));
	PQclear(*result);
	return submit_once(chunker, request, receipts, first, result);
}

/*
 * Takes over counts and results, or the answer that turns the caller away.
 */
static void
take_result(Request *request, PGresult *result)
{
	Upload *upload = request->upload;
	SharedResult *shared;

	if (PQntuples(result) != 1 || PQnfields(result) != COLUMNS)
	{
		log_error("request %s: no answer from api.submit_batch()", request->id);
		reply_problem(request, PROBLEM_INTERNAL, NULL);
	}
	else if (PQgetisnull(result, 0, COLUMN_STATUS))
	{
		upload->accepted += atoi(PQgetvalue(result, 0, COLUMN_ACCEPTED));
		upload->duplicates += atoi(PQgetvalue(result, 0, COLUMN_DUPLICATES));
		upload->conflicts += atoi(PQgetvalue(result, 0, COLUMN_CONFLICTS));
		upload->rejected += atoi(PQgetvalue(result, 0, COLUMN_REJECTED));
		upload_add_results(upload, PQgetvalue(result, 0, COLUMN_RESULTS));
	}
	else
	{
		shared = shared_result_new(result);
		if (shared == NULL)
		{
			reply_problem(request, PROBLEM_INTERNAL, NULL);
			return;
		}
		reply_row(request, shared, 0, COLUMN_STATUS);
		shared_result_release(shared);
		return;
	}
	PQclear(result);
}

/*
 * Writes the result of the receipt that the database cannot take.
 */
static void
note_failed(Request *request, int index)
{
	char text[320];

	snprintf(
		text, sizeof(text),
		"{\"index\": %d, \"status\": \"rejected\", \"errors\": [{\"pointer\": \"\", "
		"\"code\": \"internal\", \"message\": \"%s\"}]}",
		index,
		request_language(request) == NULL
			? "the receipt could not be handled; the log of the service says why"
			: "чек не удалось обработать; причина — в журнале службы");
	upload_add_results(request->upload, text);
	request->upload->rejected++;
}

/*
 * Answers that the batch cannot go on.  What was committed stays, and everything
 * may be sent again.
 */
static void
answer_failure(Request *request, DatabaseOutcome outcome)
{
	char detail[160];

	if (outcome == DATABASE_REFUSED || outcome == DATABASE_MISFIT)
	{
		reply_problem(request, PROBLEM_INTERNAL, NULL);
		return;
	}
	snprintf(detail, sizeof(detail),
	         "The database cannot be reached or did not answer in time. The first %d "
	         "receipts are dealt with; it is safe to send all again.",
	         request->upload->first_index);
	reply_problem(request, PROBLEM_UNAVAILABLE, detail);
}

static void submit_receipts(Chunker *chunker, Request *request, PgArray *receipts,
                            int first);

/*
 * Submits the two halves of what raised an error.
 */
static void
submit_halves(Chunker *chunker, Request *request, const PgArray *receipts, int first)
{
	int middle = receipts->count / 2;
	PgArray half;

	pgarray_init(&half, PGARRAY_BYTEA);
	pgarray_append_range(&half, receipts, 0, middle);
	submit_receipts(chunker, request, &half, first);
	pgarray_clear(&half);
	pgarray_append_range(&half, receipts, middle, receipts->count - middle);
	if (!request->answered)
		submit_receipts(chunker, request, &half, first + middle);
	pgarray_free(&half);
}

/*
 * Submits receipts, halving as long as an error is raised.
 */
static void
submit_receipts(Chunker *chunker, Request *request, PgArray *receipts, int first)
{
	PGresult *result;
	DatabaseOutcome outcome = submit_twice(chunker, request, receipts, first, &result);

	if (outcome == DATABASE_DONE)
	{
		take_result(request, result);
		return;
	}
	log_error("request %s: could not submit %d receipts: %s", request->id,
	          receipts->count, database_error(chunker->database, result));
	PQclear(result);
	if (outcome != DATABASE_REFUSED && outcome != DATABASE_REPEAT)
		answer_failure(request, outcome);
	else if (receipts->count > 1)
		submit_halves(chunker, request, receipts, first);
	else if (receipts->count == 1)
		note_failed(request, first);
	else
		answer_failure(request, outcome);
}

/*
 * Submits a chunk.
 */
void
chunk_job(Chunker *chunker, Job *job)
{
	Request *request = request_of_job(job);
	Upload *upload = request->upload;

	submit_receipts(chunker, request, &upload->chunk, upload->first_index);
	if (!request->answered)
		upload_chunk_done(request);
	client_phase(request->client, CLIENT_RECEIVING);
	request_resume(request);
}
