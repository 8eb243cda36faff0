/*
 * problemoutput.c
 *	  Problems as SQL values.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/jsonb.h"

#include "problemoutput.h"

/* Push a string, as a key or as a value. */
static void
push_string(JsonbParseState **state, JsonbIteratorToken token, const char *string)
{
	JsonbValue value;

	value.type = jbvString;
	value.val.string.val = unconstify(char *, string);
	value.val.string.len = strlen(string);
	pushJsonbValue(state, token, &value);
}

/* Push a problem as an object. */
static void
push_problem(JsonbParseState **state, const Problem *problem)
{
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	push_string(state, WJB_KEY, "pointer");
	push_string(state, WJB_VALUE, problem->pointer);
	push_string(state, WJB_KEY, "code");
	push_string(state, WJB_VALUE, problem_code_name(problem->code));
	push_string(state, WJB_KEY, "message");
	push_string(state, WJB_VALUE, problem->message);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/* The problems of one severity as a jsonb array of objects. */
Datum
problems_to_jsonb(const ProblemList *list, ProblemSeverity severity)
{
	JsonbParseState *state = NULL;
	JsonbValue *array;

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < list->count; i++)
	{
		if (list->items[i].severity == severity)
			push_problem(&state, &list->items[i]);
	}
	array = pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	return JsonbPGetDatum(JsonbValueToJsonb(array));
}
