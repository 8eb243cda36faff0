/*
 * problemlist.h
 *	  The problems found in one receipt, in the order in which they were found.
 *
 * The list takes no memory until the first problem.  It is full at
 * MAX_PROBLEMS; one more problem says so, and the parser stops.
 */
#ifndef PG_RECEIPTS_PROBLEMLIST_H
#define PG_RECEIPTS_PROBLEMLIST_H

#include "limits.h"

/* The stable codes; problem_code_name() spells them. */
typedef enum ProblemCode
{
	PROBLEM_MALFORMED_JSON,
	PROBLEM_INVALID_ENCODING,
	PROBLEM_NUL_CHARACTER,
	PROBLEM_LONE_SURROGATE,
	PROBLEM_TOO_DEEP,
	PROBLEM_DUPLICATE_KEY,
	PROBLEM_NOT_AN_OBJECT,
	PROBLEM_MISSING_FIELD,
	PROBLEM_WRONG_TYPE,
	PROBLEM_EMPTY_STRING,
	PROBLEM_TOO_LONG,
	PROBLEM_CONTROL_CHARACTER,
	PROBLEM_NUMBER_OUT_OF_RANGE,
	PROBLEM_TOO_MANY_DECIMALS,
	PROBLEM_NEGATIVE_NUMBER,
	PROBLEM_NOT_POSITIVE,
	PROBLEM_NO_ITEMS,
	PROBLEM_TOO_MANY_ITEMS,
	PROBLEM_INVALID_TIMESTAMP,
	PROBLEM_TIMESTAMP_IN_FUTURE,
	PROBLEM_PLACE_CONFLICT,
	PROBLEM_TOTAL_MISMATCH,
	PROBLEM_NDS_ABOVE_TOTAL,
	PROBLEM_TOO_MANY_PROBLEMS
} ProblemCode;

typedef enum ProblemSeverity
{
	SEVERITY_ERROR,
	SEVERITY_WARNING
} ProblemSeverity;

typedef struct Problem
{
	ProblemSeverity severity;
	ProblemCode code;
	char *pointer; /* JSON Pointer (RFC 6901) */
	char *message;
} Problem;

typedef struct ProblemList
{
	int limit;    /* problems wanted before the list is full */
	int count;    /* of items */
	int errors;   /* those of severity error */
	int warnings; /* the others */
	Problem *items;
} ProblemList;

extern void problems_init(ProblemList *list, int limit);
extern void problems_add(ProblemList *list, ProblemSeverity severity, ProblemCode code,
                         char *pointer, char *message);
extern bool problems_full(const ProblemList *list);
extern const char *problem_code_name(ProblemCode code);
extern const char *problem_severity_name(ProblemSeverity severity);

#endif /* PG_RECEIPTS_PROBLEMLIST_H */
