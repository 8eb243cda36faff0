/*
 * token.c
 *	  The token of a request; see token.h.
 */
#include "frontend/token.h"

#include <string.h>
#include <strings.h>

/*
 * Steps over a scheme and the blanks behind it; NULL when it is another one.
 */
static const char *
skip_scheme(const char *header, const char *scheme)
{
	size_t length = strlen(scheme);

	if (strncasecmp(header, scheme, length) != 0)
		return NULL;
	header += length;
	if (*header != ' ' && *header != '\t')
		return NULL;
	return header + strspn(header, " \t");
}

/*
 * The length of the token at text, if nothing but blanks follows it; else 0.
 * Visible ASCII only: wider than what we ever issue, narrower than mischief.
 */
static size_t
token_length(const char *text)
{
	size_t length = 0;

	while (text[length] > 0x20 && text[length] < 0x7F)
		length++;
	return text[length + strspn(text + length, " \t")] == '\0' ? length : 0;
}

/*
 * Finds the token and digests it.
 */
bool
token_digest(const char *authorization, unsigned char digest[TOKEN_DIGEST_SIZE])
{
	const char *token;
	size_t length;

	if (authorization == NULL)
		return false;
	token = skip_scheme(authorization, "Bearer");
	if (token == NULL)
		token = skip_scheme(authorization, "Token");
	if (token == NULL)
		return false;
	length = token_length(token);
	return length > 0 && digest_sha256(token, length, digest);
}
