/*
 * etag.c
 *	  Strong entity tags; see etag.h.
 */
#include "frontend/etag.h"

#include "frontend/digest.h"

#include <string.h>

/* Bytes of the SHA-256 that the tag shows; 128 bits never collide by chance. */
#define ETAG_BYTES 16

/*
 * Hashes the body.
 */
bool
etag_make(const void *body, size_t length, char etag[ETAG_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[DIGEST_SIZE];
	char *out = etag;

	if (!digest_sha256(body, length, digest))
		return false;
	*out++ = '"';
	for (int i = 0; i < ETAG_BYTES; i++)
	{
		*out++ = digits[digest[i] >> 4];
		*out++ = digits[digest[i] & 15];
	}
	*out++ = '"';
	*out = '\0';
	return true;
}

/*
 * Walks the list.  A comma inside quotes belongs to a tag, so tags are read from
 * quote to quote; what is not a tag ends the walk.
 */
bool
etag_matches(const char *if_none_match, const char *etag)
{
	const char *at = if_none_match;
	size_t wanted = strlen(etag);

	at += strspn(at, " \t");
	if (*at == '*')
		return at[1 + strspn(at + 1, " \t")] == '\0';
	for (;;)
	{
		const char *end;

		at += strspn(at, " \t,");
		if (strncmp(at, "W/", 2) == 0)
			at += 2;
		end = *at == '"' ? strchr(at + 1, '"') : NULL;
		if (end == NULL)
			return false;
		if ((size_t) (end - at) + 1 == wanted && memcmp(at, etag, wanted) == 0)
			return true;
		at = end + 1;
	}
}
