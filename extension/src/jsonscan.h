/*
 * jsonscan.h
 *	  A pull parser for JSON: PostgreSQL's json_lex() below, a stack of the
 *	  open containers of our own on top.
 *
 * PostgreSQL 15's own parser recurses and its callbacks cannot stop it; here
 * the caller asks for one member or element after another, nesting is bounded
 * by RECEIPT_MAX_DEPTH, and any finding ends up in a ProblemList, never in
 * ereport().
 *
 * A value is read so: the scan stands on the value's first token.  A scalar is
 * that token.  For a container:
 *
 *	  scan_enter(scan);
 *	  while (scan_next_member(scan))	 (scan_next_element for an array)
 *		  ... scan->key, and the scan stands on the member's value ...
 *
 * Every value must be consumed, by reading it or by json_skip().  After a
 * syntax error, and when the problem list is full, scan->stopped is set and
 * the loops end.
 */
#ifndef PG_RECEIPTS_JSONSCAN_H
#define PG_RECEIPTS_JSONSCAN_H

#include "common/jsonapi.h"
#include "jsonlex.h"
#include "jsonmembers.h"
#include "jsontext.h"
#include "limits.h"
#include "problemlist.h"

/* One open container. */
typedef struct JsonLevel
{
	JsonText key;     /* of the current member; bytes NULL: none */
	int index;        /* of the current element; -1: none, or an object */
	int members_base; /* where this object's members start in the stack */
	bool is_array;
	bool begun; /* a member or element was seen */
} JsonLevel;

typedef struct JsonScan
{
	JsonLexContext lex;
	uint8 traits;        /* what the current token, a string, may hold */
	JsonText key;        /* the current member's key, de-escaped */
	JsonMembers members; /* stack of the unknown members of open objects */
	ProblemList *problems;
	bool stopped;
	int closed_members; /* of the object that ended last */
	int depth;          /* open containers */
	JsonLevel levels[RECEIPT_MAX_DEPTH];
} JsonScan;

extern void scan_init(JsonScan *scan, const char *bytes, int length,
                      ProblemList *problems);
extern bool scan_begin(JsonScan *scan);
extern void scan_end(JsonScan *scan);
extern bool scan_enter(JsonScan *scan);
extern bool scan_next_member(JsonScan *scan);
extern bool scan_next_element(JsonScan *scan);
extern bool scan_string(JsonScan *scan, JsonText *text);
extern int scan_remember_member(JsonScan *scan);
extern JsonMember *scan_closed_members(JsonScan *scan, int *count);

extern void scan_problem(JsonScan *scan, ProblemCode code, const char *format, ...)
	pg_attribute_printf(3, 4);
extern void scan_child_problem(JsonScan *scan, ProblemCode code, const char *child,
                               const char *format, ...) pg_attribute_printf(4, 5);
extern char *scan_pointer(const JsonScan *scan, const char *child);
extern const char *scan_found(const JsonScan *scan);

/* The type of the current token. */
static inline JsonTokenType
scan_token(const JsonScan *scan)
{
	return scan->lex.token_type;
}

/* The bytes of the current token as they stand in the input. */
static inline const char *
scan_token_bytes(const JsonScan *scan)
{
	return scan->lex.token_start;
}

/* Their number. */
static inline int
scan_token_length(const JsonScan *scan)
{
	return scan->lex.token_terminator - scan->lex.token_start;
}

#endif /* PG_RECEIPTS_JSONSCAN_H */
