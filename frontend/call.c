/*
 * call.c
 *	  Calls of API functions; see call.h.
 */
#include "frontend/call.h"

#include "common/log.h"
#include "frontend/preference.h"
#include "frontend/recall.h"
#include "frontend/reply.h"
#include "frontend/scrape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Places of the statements: 0 is that of submit.c, 1 the scrape. */
#define SCRAPE_PLACE 1
#define FIRST_ROUTE_PLACE 2

static const Statement scrape_statement = {
	SCRAPE_PLACE,
	"SELECT name, type, help, labels, value FROM api.metrics() ORDER BY name, labels",
	0,
	{0}};

/*
 * Writes the statements of all routes.
 */
void
caller_init(Caller *caller, Database *database, const Options *options)
{
	size_t count;
	const Route *routes = route_table(&count);

	caller->database = database;
	caller->grace_ms = options->db_grace_ms;
	caller->statement_timeout_ms = options->statement_timeout_ms;
	for (size_t i = 0; i < count && i + FIRST_ROUTE_PLACE < MAX_STATEMENTS; i++)
	{
		Statement *statement = &caller->statements[i];

		snprintf(caller->sql[i], STATEMENT_SQL_SIZE,
		         "SELECT status, body, headers%s FROM api.%s($1, $2, $3)",
		         routes[i].kind == ROUTE_FIGURES ? ", api.token_expires_in($1)" : "",
		         routes[i].function ? routes[i].function : "none");
		statement->place = (int) i + FIRST_ROUTE_PLACE;
		statement->sql = caller->sql[i];
		statement->nparameters = 3;
		statement->types[0] = 17;   /* bytea */
		statement->types[1] = 3802; /* jsonb */
		statement->types[2] = 17;
	}
}

/*
 * Fills the parameters of a call: token, parameters, body.
 */
static void
fill_parameters(const Request *request, Parameters *parameters)
{
	memset(parameters, 0, sizeof(*parameters));
	if (request->has_token)
	{
		parameters->values[0] = (const char *) request->token;
		parameters->lengths[0] = TOKEN_DIGEST_SIZE;
		parameters->formats[0] = 1;
	}
	parameters->values[1] = request->parameters.data;
	if (request->body.used > 0)
	{
		parameters->values[2] = request->body.data;
		parameters->lengths[2] = (int) request->body.used;
		parameters->formats[2] = 1;
	}
}

/*
 * Calls once.
 */
static DatabaseOutcome
call_once(Caller *caller, const Request *request, PGresult **result)
{
	const Statement *statement =
		&caller->statements[route_index(request_route(request))];
	Parameters parameters;

	*result = NULL;
	if (!database_wait_ready(caller->database, caller->grace_ms))
		return DATABASE_LOST;
	fill_parameters(request, &parameters);
	return database_execute(caller->database, statement, &parameters, result);
}

/*
 * Whether a second try is safe: what was undone always, what may have been done
 * only if it changes nothing.
 */
static bool
may_repeat(const Request *request, DatabaseOutcome outcome)
{
	if (outcome == DATABASE_REPEAT)
		return true;
	return outcome == DATABASE_LOST &&
	       strcmp(request_route(request)->method, "GET") == 0;
}

/* Columns of a call; of ROUTE_FIGURES only, the last. */
enum
{
	COLUMN_STATUS,
	COLUMN_BODY,
	COLUMN_HEADERS,
	COLUMN_EXPIRES_IN,
	COLUMNS = COLUMN_EXPIRES_IN
};

/*
 * Answers with figures, and keeps them.
 */
static void
answer_figures(Request *request, const PGresult *result)
{
	Document *document = document_new(PQgetvalue(result, 0, COLUMN_BODY),
	                                  (size_t) PQgetlength(result, 0, COLUMN_BODY),
	                                  accepts_gzip(request->headers.accept_encoding));

	if (document == NULL)
	{
		reply_problem(request, PROBLEM_INTERNAL, NULL);
		return;
	}
	recall_keep(request, document,
	            PQgetisnull(result, 0, COLUMN_EXPIRES_IN)
	                ? -1
	                : strtoll(PQgetvalue(result, 0, COLUMN_EXPIRES_IN), NULL, 10));
	reply_document(request, document);
	document_release(document);
}

/*
 * Answers with the one row that a call gives.
 */
static void
answer_row(Request *request, PGresult *result)
{
	bool figures = request_route(request)->kind == ROUTE_FIGURES;
	SharedResult *shared = NULL;

	if (PQntuples(result) == 1 && PQnfields(result) == COLUMNS + figures)
		shared = shared_result_new(result);
	else
		PQclear(result);
	if (shared == NULL)
	{
		log_error("request %s: no answer from api.%s()", request->id,
		          request_route(request)->function);
		reply_problem(request, PROBLEM_INTERNAL, NULL);
		return;
	}
	if (figures && strcmp(PQgetvalue(result, 0, COLUMN_STATUS), "200") == 0)
		answer_figures(request, result);
	else
		reply_row(request, shared, 0, COLUMN_STATUS);
	shared_result_release(shared);
}

/*
 * Calls the function of a route.
 */
static void
call_function(Caller *caller, Request *request)
{
	PGresult *result;
	DatabaseOutcome outcome;

	recall_begin(request);
	outcome = call_once(caller, request, &result);
	if (may_repeat(request, outcome))
	{
		PQclear(result);
		outcome = call_once(caller, request, &result);
	}
	if (strcmp(request_route(request)->method, "GET") != 0)
		recall_outdate(request->frontend);
	if (outcome == DATABASE_DONE)
	{
		answer_row(request, result);
		return;
	}
	log_error("request %s: could not call api.%s(): %s", request->id,
	          request_route(request)->function,
	          database_error(caller->database, result));
	PQclear(result);
	if (outcome == DATABASE_REFUSED || outcome == DATABASE_MISFIT)
		reply_problem(request, PROBLEM_INTERNAL, NULL);
	else
		reply_problem(request, PROBLEM_UNAVAILABLE, NULL);
}

/*
 * Asks the database for its metrics, briefly; without an answer, our own have to
 * do.
 */
static void
call_scrape(Caller *caller, Request *request)
{
	const Parameters none = {{0}, {0}, {0}};
	PGresult *result = NULL;
	DatabaseOutcome outcome = DATABASE_LOST;

	if (database_set_timeout(caller->database, SCRAPE_MS))
		outcome = database_execute(caller->database, &scrape_statement, &none, &result);
	if (outcome != DATABASE_DONE)
		log_warning("could not read the metrics of the database: %s",
		            database_error(caller->database, result));
	scrape_reply(request, outcome == DATABASE_DONE ? result : NULL);
	PQclear(result);
	database_set_timeout(caller->database, caller->statement_timeout_ms);
}

/*
 * Runs a job.
 */
void
call_job(Caller *caller, Job *job)
{
	Request *request = request_of_job(job);

	if (request_route(request)->kind == ROUTE_METRICS)
		call_scrape(caller, request);
	else
		call_function(caller, request);
	request_resume(request);
}
