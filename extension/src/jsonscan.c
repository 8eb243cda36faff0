/*
 * jsonscan.c
 *	  A pull parser for JSON on PostgreSQL's json_lex().
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "jsonscan.h"
#include "problemtext.h"

/*
 * Set a lexer over bytes, as makeJsonLexContextCstringLen() does, but without
 * its allocations.
 */
static void
init_lexer(JsonLexContext *lex, const char *bytes, int length, StringInfo strval)
{
	memset(lex, 0, sizeof(*lex));
	lex->input = unconstify(char *, bytes);
	lex->input_length = length;
	lex->input_encoding = PG_UTF8;
	lex->token_terminator = lex->input;
	lex->line_number = 1;
	lex->line_start = lex->input;
	lex->strval = strval;
}

/*
 * Begin to scan.  The levels need no setting: scan_enter() sets each when it
 * is used, and this runs once for every receipt.
 */
void
scan_init(JsonScan *scan, const char *bytes, int length, ProblemList *problems)
{
	init_lexer(&scan->lex, bytes, length, NULL);
	memset(&scan->members, 0, sizeof(scan->members));
	scan->key.bytes = NULL;
	scan->problems = problems;
	scan->stopped = false;
	scan->closed_members = 0;
	scan->depth = 0;
}

/* Append one step of a JSON Pointer, escaped, and cut if it is very long. */
static void
append_step(StringInfo out, const char *bytes, int length)
{
	char *step = json_text_quote(bytes, length, MAX_POINTER_STEP_BYTES);

	appendStringInfoChar(out, '/');
	for (const char *p = step; *p != '\0'; p++)
	{
		if (*p == '~')
			appendStringInfoString(out, "~0");
		else if (*p == '/')
			appendStringInfoString(out, "~1");
		else
			appendStringInfoChar(out, *p);
	}
	pfree(step);
}

/* The JSON Pointer of the current value, or of a child of it. */
char *
scan_pointer(const JsonScan *scan, const char *child)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < scan->depth; i++)
	{
		const JsonLevel *level = &scan->levels[i];

		if (level->key.bytes != NULL)
			append_step(&out, level->key.bytes, level->key.length);
		else if (level->index >= 0)
			appendStringInfo(&out, "/%d", level->index);
	}
	if (child != NULL)
		append_step(&out, child, strlen(child));
	return out.data;
}

/* Format a message; the list's full state ends the scan. */
static void pg_attribute_printf(4, 0)
	add_problem(JsonScan *scan, ProblemCode code, const char *child, const char *format,
                va_list args)
{
	StringInfoData message;
	int needed;

	format = problem_text(format);
	initStringInfo(&message);
	for (;;)
	{
		va_list copy;

		va_copy(copy, args);
		needed = appendStringInfoVA(&message, format, copy);
		va_end(copy);
		if (needed == 0)
			break;
		enlargeStringInfo(&message, needed);
	}
	problems_add(scan->problems, SEVERITY_ERROR, code, scan_pointer(scan, child),
	             message.data);
	if (problems_full(scan->problems))
		scan->stopped = true;
}

/* Report an error of the current value. */
void
scan_problem(JsonScan *scan, ProblemCode code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_problem(scan, code, NULL, format, args);
	va_end(args);
}

/* Report an error of a member of the current object, which may be absent. */
void
scan_child_problem(JsonScan *scan, ProblemCode code, const char *child,
                   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_problem(scan, code, child, format, args);
	va_end(args);
}

/* What the current value is, for a message: a scalar as it was written. */
const char *
scan_found(const JsonScan *scan)
{
	switch (scan->lex.token_type)
	{
		case JSON_TOKEN_OBJECT_START:
			return problem_text("an object");
		case JSON_TOKEN_ARRAY_START:
			return problem_text("an array");
		default:
			return json_text_quote(scan_token_bytes(scan), scan_token_length(scan),
			                       MAX_QUOTED_BYTES);
	}
}

/* Position of a token for a message: its byte, counted from 1. */
static int
byte_position(const JsonScan *scan, const char *p)
{
	return (int) (p - scan->lex.input) + 1;
}

/* Report that the current token is not the one that the syntax wants. */
static bool
unexpected_token(JsonScan *scan, const char *expected)
{
	const JsonLexContext *lex = &scan->lex;

	expected = problem_text(expected);
	if (lex->token_type == JSON_TOKEN_END)
		scan_problem(scan, PROBLEM_MALFORMED_JSON,
		             "the text ends at byte %d; expected %s", lex->input_length,
		             expected);
	else
		scan_problem(scan, PROBLEM_MALFORMED_JSON,
		             "unexpected \"%s\" at byte %d; expected %s",
		             json_text_quote(lex->token_start, scan_token_length(scan),
		                             MAX_QUOTED_BYTES),
		             byte_position(scan, lex->token_start), expected);
	scan->stopped = true;
	return false;
}

/* Report what the lexer could not read; nothing after it can be trusted. */
static bool
lexer_failed(JsonScan *scan, JsonParseErrorType error)
{
	const JsonLexContext *lex = &scan->lex;
	int position = byte_position(scan, lex->token_terminator);

	switch (error)
	{
		case JSON_ESCAPING_REQUIRED:
			scan_problem(scan, PROBLEM_MALFORMED_JSON,
			             "the control character 0x%02X at byte %d stands in a string "
			             "without an escape",
			             (unsigned char) *lex->token_terminator, position);
			break;
		case JSON_ESCAPING_INVALID:
		case JSON_UNICODE_ESCAPE_FORMAT:
			scan_problem(scan, PROBLEM_MALFORMED_JSON,
			             "the escape before byte %d is not one of JSON", position);
			break;
		default:
			scan_problem(scan, PROBLEM_MALFORMED_JSON,
			             "the token \"%s\" at byte %d is not JSON",
			             json_text_quote(lex->token_start, scan_token_length(scan),
			                             MAX_QUOTED_BYTES),
			             byte_position(scan, lex->token_start));
			break;
	}
	scan->stopped = true;
	return false;
}

/* Read the next token. */
static inline bool
next_token(JsonScan *scan)
{
	JsonParseErrorType error = json_lex_next(&scan->lex, &scan->traits);

	return likely(error == JSON_SUCCESS) || lexer_failed(scan, error);
}

/* Check that the current token begins a value. */
static bool
value_begins(JsonScan *scan, const char *expected)
{
	switch (scan->lex.token_type)
	{
		case JSON_TOKEN_STRING:
		case JSON_TOKEN_NUMBER:
		case JSON_TOKEN_OBJECT_START:
		case JSON_TOKEN_ARRAY_START:
		case JSON_TOKEN_TRUE:
		case JSON_TOKEN_FALSE:
		case JSON_TOKEN_NULL:
			return true;
		default:
			return unexpected_token(scan, expected);
	}
}

/* Read the next token, which must begin a value. */
static inline bool
next_value(JsonScan *scan)
{
	return next_token(scan) && value_begins(scan, "a value");
}

/* Go to the outermost value; false if there is none. */
bool
scan_begin(JsonScan *scan)
{
	return next_value(scan);
}

/* Check that nothing follows the outermost value, now consumed. */
void
scan_end(JsonScan *scan)
{
	if (scan->stopped || !next_token(scan))
		return;
	if (scan->lex.token_type != JSON_TOKEN_END)
		unexpected_token(scan, "the end");
}

/*
 * Enter the object or array whose opening token is the current one.  Too deep
 * ends the scan: a megabyte of brackets costs no more than 32 of them.
 */
bool
scan_enter(JsonScan *scan)
{
	JsonLevel *level;

	if (scan->depth == RECEIPT_MAX_DEPTH)
	{
		scan_problem(scan, PROBLEM_TOO_DEEP,
		             "objects and arrays are nested more than %d deep",
		             RECEIPT_MAX_DEPTH);
		scan->stopped = true;
		return false;
	}
	level = &scan->levels[scan->depth++];
	level->key.bytes = NULL;
	level->index = -1;
	level->members_base = scan->members.count;
	level->is_array = (scan->lex.token_type == JSON_TOKEN_ARRAY_START);
	level->begun = false;
	return true;
}

/* Report each key that stands more than once in a sorted slice. */
static void
check_duplicates(JsonScan *scan, const JsonMember *items, int count)
{
	for (int i = 1; i < count && !scan->stopped; i++)
	{
		const JsonText *key = &items[i].key;

		if (!json_text_equal(key, &items[i - 1].key))
			continue;
		if (i > 1 && json_text_equal(key, &items[i - 2].key))
			continue;
		scan->levels[scan->depth - 1].key = *key;
		scan_problem(scan, PROBLEM_DUPLICATE_KEY,
		             "the key \"%s\" stands more than once in its object",
		             json_text_quote(key->bytes, key->length, MAX_QUOTED_BYTES));
	}
}

/*
 * Leave the innermost container.  The slice of its members stays readable
 * above the stack's top until the next member is pushed.
 */
static void
leave(JsonScan *scan)
{
	JsonLevel *level = &scan->levels[scan->depth - 1];
	int count = scan->members.count - level->members_base;

	if (count > 1)
	{
		JsonMember *slice = scan->members.items + level->members_base;

		members_sort(slice, count);
		check_duplicates(scan, slice, count);
	}
	scan->closed_members = count;
	scan->members.count = level->members_base;
	scan->depth--;
}

/* The unknown members, sorted by key, of the object that has just ended. */
JsonMember *
scan_closed_members(JsonScan *scan, int *count)
{
	*count = scan->closed_members;
	return scan->members.items + scan->members.count;
}

/*
 * Remember the current member as one that no field is known for; returns its
 * place in the stack.
 */
int
scan_remember_member(JsonScan *scan)
{
	return members_push(&scan->members, &scan->key);
}

/* Read the key of a member, whose token is the current one, and the colon. */
static bool
read_key(JsonScan *scan, JsonLevel *level)
{
	if (scan->lex.token_type != JSON_TOKEN_STRING)
		return unexpected_token(scan, level->begun ? "a key" : "a key or \"}\"");
	scan_string(scan, &scan->key);
	level->key = scan->key;
	level->begun = true;
	if (json_lex_skip(&scan->lex, ':'))
		return next_value(scan);
	if (!next_token(scan))
		return false;
	if (scan->lex.token_type != JSON_TOKEN_COLON)
		return unexpected_token(scan, "\":\"");
	return next_value(scan);
}

/*
 * Step to the next member of the object entered last.  True: scan->key is its
 * key and the scan stands on its value.  False: the object was left, or the
 * scan has stopped.
 */
bool
scan_next_member(JsonScan *scan)
{
	JsonLevel *level = &scan->levels[scan->depth - 1];

	if (scan->stopped)
		return false;
	level->key.bytes = NULL;
	if (level->begun && json_lex_skip(&scan->lex, ','))
		return next_token(scan) && read_key(scan, level) && !scan->stopped;
	if (!next_token(scan))
		return false;
	if (scan->lex.token_type == JSON_TOKEN_OBJECT_END)
	{
		leave(scan);
		return false;
	}
	if (level->begun)
	{
		if (scan->lex.token_type != JSON_TOKEN_COMMA)
			return unexpected_token(scan, "\",\" or \"}\"");
		if (!next_token(scan))
			return false;
	}
	return read_key(scan, level) && !scan->stopped;
}

/*
 * Step to the next element of the array entered last; as scan_next_member()
 * does in an object.
 */
bool
scan_next_element(JsonScan *scan)
{
	JsonLevel *level = &scan->levels[scan->depth - 1];

	if (scan->stopped || !next_token(scan))
		return false;
	if (scan->lex.token_type == JSON_TOKEN_ARRAY_END)
	{
		leave(scan);
		return false;
	}
	level->index++;
	if (!level->begun)
	{
		level->begun = true;
		return value_begins(scan, "a value or \"]\"");
	}
	if (scan->lex.token_type != JSON_TOKEN_COMMA)
		return unexpected_token(scan, "\",\" or \"]\"");
	return next_value(scan);
}

/* Report what json_lex() found wrong with an escape. */
static void
escape_failed(JsonScan *scan, JsonParseErrorType error)
{
	int position = byte_position(scan, scan->lex.token_start);

	if (error == JSON_UNICODE_CODE_POINT_ZERO)
		scan_problem(scan, PROBLEM_NUL_CHARACTER,
		             "the string at byte %d holds \\u0000; a text cannot hold it",
		             position);
	else
		scan_problem(scan, PROBLEM_LONE_SURROGATE,
		             "the string at byte %d holds half of a surrogate pair", position);
}

/* Read a string with escapes by lexing its token once more. */
static bool
read_escaped(JsonScan *scan, JsonText *text)
{
	JsonLexContext lex;
	JsonParseErrorType error;
	StringInfoData strval;

	initStringInfo(&strval);
	init_lexer(&lex, scan_token_bytes(scan), scan_token_length(scan), &strval);
	error = json_lex(&lex);
	if (error != JSON_SUCCESS)
	{
		*text = (JsonText){NULL, 0, false};
		escape_failed(scan, error);
		return false;
	}
	*text = (JsonText){strval.data, strval.len, true};
	return true;
}

/*
 * Read the current token, a string.  False: it holds an escape that is no
 * character, which was reported, and text->bytes is NULL.
 */
bool
scan_string(JsonScan *scan, JsonText *text)
{
	const char *bytes = scan_token_bytes(scan) + 1;
	int length = scan_token_length(scan) - 2;

	if ((scan->traits & TOKEN_ESCAPE) && memchr(bytes, '\\', length) != NULL)
		return read_escaped(scan, text);
	*text = (JsonText){bytes, length, false};
	return true;
}
