/*
 * problemlist.c
 *	  The problems found in one receipt.
 */
#include "postgres.h"

#include "problemlist.h"
#include "problemtext.h"

/* What users see of each code; the order is that of the enum. */
static const char *const code_names[] = {
	[PROBLEM_MALFORMED_JSON] = "malformed_json",
	[PROBLEM_INVALID_ENCODING] = "invalid_encoding",
	[PROBLEM_NUL_CHARACTER] = "nul_character",
	[PROBLEM_LONE_SURROGATE] = "lone_surrogate",
	[PROBLEM_TOO_DEEP] = "too_deep",
	[PROBLEM_DUPLICATE_KEY] = "duplicate_key",
	[PROBLEM_NOT_AN_OBJECT] = "not_an_object",
	[PROBLEM_MISSING_FIELD] = "missing_field",
	[PROBLEM_WRONG_TYPE] = "wrong_type",
	[PROBLEM_EMPTY_STRING] = "empty_string",
	[PROBLEM_TOO_LONG] = "too_long",
	[PROBLEM_CONTROL_CHARACTER] = "control_character",
	[PROBLEM_NUMBER_OUT_OF_RANGE] = "number_out_of_range",
	[PROBLEM_TOO_MANY_DECIMALS] = "too_many_decimals",
	[PROBLEM_NEGATIVE_NUMBER] = "negative_number",
	[PROBLEM_NOT_POSITIVE] = "not_positive",
	[PROBLEM_NO_ITEMS] = "no_items",
	[PROBLEM_TOO_MANY_ITEMS] = "too_many_items",
	[PROBLEM_INVALID_TIMESTAMP] = "invalid_timestamp",
	[PROBLEM_TIMESTAMP_IN_FUTURE] = "timestamp_in_future",
	[PROBLEM_PLACE_CONFLICT] = "place_conflict",
	[PROBLEM_TOTAL_MISMATCH] = "total_mismatch",
	[PROBLEM_NDS_ABOVE_TOTAL] = "nds_above_total",
	[PROBLEM_TOO_MANY_PROBLEMS] = "too_many_problems",
};

/*
 * Begin an empty list.  A caller who only wants to know whether there is a
 * problem sets the limit to 1, so that the parser stops at the first.
 */
void
problems_init(ProblemList *list, int limit)
{
	memset(list, 0, sizeof(*list));
	list->limit = limit;
}

/* Append a problem, without regard to the limit. */
static void
append_problem(ProblemList *list, ProblemSeverity severity, ProblemCode code,
               char *pointer, char *message)
{
	Problem *problem;

	if (list->items == NULL)
		list->items = palloc((MAX_PROBLEMS + 1) * sizeof(Problem));
	problem = &list->items[list->count++];
	problem->severity = severity;
	problem->code = code;
	problem->pointer = pointer;
	problem->message = message;
	if (severity == SEVERITY_ERROR)
		list->errors++;
	else
		list->warnings++;
}

/*
 * Add a problem.  The one that fills a long list is followed by a last one
 * that says that the list was cut, because a reader could take it for whole.
 */
void
problems_add(ProblemList *list, ProblemSeverity severity, ProblemCode code,
             char *pointer, char *message)
{
	if (problems_full(list))
		return;
	append_problem(list, severity, code, pointer, message);
	if (list->count == MAX_PROBLEMS)
		append_problem(list, SEVERITY_ERROR, PROBLEM_TOO_MANY_PROBLEMS, pstrdup(""),
		               psprintf(problem_text("the receipt has %d problems or more; "
		                                     "the rest of it was not read"),
		                        MAX_PROBLEMS));
}

/* Whether no further problem is wanted. */
bool
problems_full(const ProblemList *list)
{
	return list->errors >= list->limit || list->count >= MAX_PROBLEMS;
}

/* The stable name of a code, as in the documentation. */
const char *
problem_code_name(ProblemCode code)
{
	return code_names[code];
}

/* "error" or "warning". */
const char *
problem_severity_name(ProblemSeverity severity)
{
	return severity == SEVERITY_ERROR ? "error" : "warning";
}
