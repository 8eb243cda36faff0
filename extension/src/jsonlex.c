/*
 * jsonlex.c
 *	  json_lex() with a short way for the tokens of which JSON mostly consists.
 *
 * Punctuation, strings without escapes and plain numbers are taken here, in
 * one look at each byte.  Whatever is not plainly one of them, and so all that
 * is wrong, is left to json_lex(): what is JSON is for PostgreSQL to say.
 */
#include "postgres.h"

#include "port/pg_bitutils.h"

#include "jsonlex.h"

/* Not part of a plain string: its end, an escape, or what must be escaped. */
#define BYTE_STOP 0x80

/* The range initializers are an extension of GNU C. */
static const uint8 byte_traits[256] = {
	[0x00 ... 0x1f] = BYTE_STOP, ['"'] = BYTE_STOP,      ['\\'] = BYTE_STOP,
	[0x7f] = TOKEN_CONTROL,      [0xc2] = TOKEN_CONTROL, /* begins U+0080 to U+009F, and others */
};

/* Set the current token. */
static inline void
set_token(JsonLexContext *lex, JsonTokenType type, char *start, char *end)
{
	lex->prev_token_terminator = lex->token_terminator;
	lex->token_start = start;
	lex->token_terminator = end;
	lex->token_type = type;
}

/*
 * The first place from p on whose byte is not printable ASCII without escape,
 * found eight bytes at a time, or one near the end.  A byte's high bit is set
 * in "found" by: below 0x20, a quote, a backslash, 0x7f and above; a borrow
 * reaches only bytes behind the first one found.
 */
static inline char *
skip_printable(char *p, const char *end)
{
#ifndef WORDS_BIGENDIAN
	const uint64 ones = UINT64CONST(0x0101010101010101);

	for (; end - p >= (ptrdiff_t) sizeof(uint64); p += sizeof(uint64))
	{
		uint64 word;
		uint64 quote;
		uint64 backslash;
		uint64 found;

		memcpy(&word, p, sizeof(word));
		quote = word ^ (ones * '"');
		backslash = word ^ (ones * '\\');
		found = ((word - ones * 0x20) | (quote - ones) | (backslash - ones) |
		         (word + ones) | word) &
		        (ones * 0x80);
		if (found != 0)
			return p + pg_rightmost_one_pos64(found) / 8;
	}
#endif
	return p;
}

/* The end of the plain string that starts at p, or NULL. */
static inline char *
plain_string_end(char *p, const char *end, uint8 *traits)
{
	uint8 seen = 0;

	for (p = skip_printable(p + 1, end); p < end; p++)
	{
		uint8 byte = byte_traits[(unsigned char) *p];

		if (byte & BYTE_STOP)
			break;
		seen |= byte;
	}
	*traits = seen;
	return p < end && *p == '"' ? p + 1 : NULL;
}

/* Whether a byte is a digit. */
static inline bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Whether a byte may stand right behind a plain number. */
static inline bool
ends_number(char byte)
{
	return byte == ',' || byte == '}' || byte == ']' || byte == ' ' || byte == '\n' ||
	       byte == '\r' || byte == '\t';
}

/*
 * The end of the plain number that starts at p, a digit, or NULL.
 */
static inline char *
plain_number_end(char *p, const char *end)
{
	if (*p == '0' && p + 1 < end && is_digit(p[1]))
		return NULL;
	while (p < end && is_digit(*p))
		p++;
	if (p + 1 < end && *p == '.' && is_digit(p[1]))
	{
		for (p++; p < end && is_digit(*p);)
			p++;
	}
	return p < end && ends_number(*p) ? p : NULL;
}

/* Take the token at p by the short way; false if it is not plain. */
static inline bool
lex_plain(JsonLexContext *lex, char *p, const char *end, uint8 *traits)
{
	JsonTokenType type;
	char *token_end = p + 1;

	switch (*p)
	{
		case '{':
			type = JSON_TOKEN_OBJECT_START;
			break;
		case '}':
			type = JSON_TOKEN_OBJECT_END;
			break;
		case '[':
			type = JSON_TOKEN_ARRAY_START;
			break;
		case ']':
			type = JSON_TOKEN_ARRAY_END;
			break;
		case ',':
			type = JSON_TOKEN_COMMA;
			break;
		case ':':
			type = JSON_TOKEN_COLON;
			break;
		case '"':
			type = JSON_TOKEN_STRING;
			token_end = plain_string_end(p, end, traits);
			break;
		default:
			if (!is_digit(*p))
				return false;
			type = JSON_TOKEN_NUMBER;
			token_end = plain_number_end(p, end);
			break;
	}
	if (token_end == NULL)
		return false;
	set_token(lex, type, p, token_end);
	return true;
}

/* Read the next token.  *traits tells of a string what it may hold. */
JsonParseErrorType
json_lex_next(JsonLexContext *lex, uint8 *traits)
{
	char *p = lex->token_terminator;
	const char *end = lex->input + lex->input_length;

	while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	if (likely(p < end) && lex_plain(lex, p, end, traits))
		return JSON_SUCCESS;
	lex->token_terminator = p;
	*traits = TOKEN_ESCAPE | TOKEN_CONTROL;
	return json_lex(lex);
}
