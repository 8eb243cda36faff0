/*
 * jsonlex.h
 *	  json_lex() with a short way for the tokens of which JSON mostly consists.
 */
#ifndef PG_RECEIPTS_JSONLEX_H
#define PG_RECEIPTS_JSONLEX_H

#include "common/jsonapi.h"

/* What a string token may hold; a bit that is not set says that it does not. */
#define TOKEN_ESCAPE 0x01  /* a backslash */
#define TOKEN_CONTROL 0x02 /* a control character above U+001F */

extern JsonParseErrorType json_lex_next(JsonLexContext *lex, uint8 *traits);

/*
 * Take the byte of punctuation if it is what follows at once; it does not
 * become the current token.
 */
static inline bool
json_lex_skip(JsonLexContext *lex, char punctuation)
{
	const char *end = lex->input + lex->input_length;

	if (lex->token_terminator == end || *lex->token_terminator != punctuation)
		return false;
	lex->token_terminator++;
	return true;
}

#endif /* PG_RECEIPTS_JSONLEX_H */
