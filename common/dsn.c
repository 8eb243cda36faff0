/*
 * dsn.c
 *	  Keeps passwords out of logs.
 */
#include "common/dsn.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Output that stops growing at its end instead of overflowing. */
typedef struct Sink
{
	char *out;
	size_t size;
	size_t used;
} Sink;

/*
 * Appends len bytes, control characters as spaces: a message must stay on one
 * line, and libpq's end with a newline.
 */
static void
sink_put(Sink *sink, const char *text, size_t len)
{
	for (size_t i = 0; i < len && sink->used + 1 < sink->size; i++)
	{
		unsigned char c = (unsigned char) text[i];

		sink->out[sink->used++] = iscntrl(c) ? ' ' : (char) c;
	}
}

/*
 * Tells whether a key whose value is secret starts here, by the length up to
 * and with its '='; 0 if none.  Spaces around '=' are legal in a libpq string.
 */
static size_t
secret_key_length(const char *text)
{
	size_t len = strlen("password");

	if (strncasecmp(text, "password", len) != 0)
		return 0;
	len += strspn(text + len, " ");
	if (text[len] != '=')
		return 0;
	len++;
	return len + strspn(text + len, " ");
}

/*
 * Measures the value after a secret key: quoted with backslash escapes, or up
 * to the next space or '&'.  An unterminated quote runs to the end: better to
 * hide too much.
 */
static size_t
secret_value_length(const char *text)
{
	size_t len = 1;

	if (text[0] != '\'')
		return strcspn(text, " &\t\r\n\"");
	while (text[len] != '\0' && text[len] != '\'')
		len += (text[len] == '\\' && text[len + 1] != '\0') ? 2 : 1;
	return text[len] == '\'' ? len + 1 : len;
}

/*
 * Writes one word (no space or double quote inside), hiding what stands before
 * its last '@': all after the user's name where a scheme says that it is a URI,
 * else everything, since a broken URI may have left only a part of the password.
 */
static void
scrub_word(Sink *sink, const char *word, size_t len)
{
	const char *at = memrchr(word, '@', len);
	const char *start = memmem(word, len, "://", 3);
	const char *colon;

	if (at == NULL)
	{
		sink_put(sink, word, len);
		return;
	}
	start = (start != NULL && start < at) ? start + 3 : word;
	colon = memchr(start, ':', (size_t) (at - start));
	if (start == word || colon != NULL)
	{
		const char *keep = colon != NULL ? colon + 1 : start;

		sink_put(sink, word, (size_t) (keep - word));
		sink_put(sink, "***", 3);
		sink_put(sink, at, len - (size_t) (at - word));
	}
	else
		sink_put(sink, word, len);
}

/*
 * Measures the word at text, ending it also where a secret key starts.
 */
static size_t
word_length(const char *text)
{
	size_t len = 0;

	while (text[len] != '\0' && strchr(" \t\r\n\"", text[len]) == NULL &&
	       secret_key_length(text + len) == 0)
		len++;
	return len;
}

/*
 * See dsn.h.
 */
void
dsn_scrub(const char *text, char *out, size_t size)
{
	Sink sink = {out, size, 0};

	if (size == 0)
		return;
	while (*text != '\0')
	{
		size_t len = secret_key_length(text);

		if (len > 0)
		{
			sink_put(&sink, text, len);
			sink_put(&sink, "***", 3);
			text += len + secret_value_length(text + len);
			continue;
		}
		len = word_length(text);
		if (len > 0)
			scrub_word(&sink, text, len);
		else
			sink_put(&sink, text, len = 1);
		text += len;
	}
	while (sink.used > 0 && out[sink.used - 1] == ' ')
		sink.used--;
	out[sink.used] = '\0';
}

/*
 * Finds a percent sign between two places that starts no escape.
 */
static bool
has_broken_escape(const char *text, const char *end)
{
	for (; text < end; text++)
	{
		if (*text == '%' &&
		    !(isxdigit((unsigned char) text[1]) && isxdigit((unsigned char) text[2])))
			return true;
	}
	return false;
}

/*
 * See dsn.h.  Whatever stands between the scheme and the last '@' was meant as
 * "user:password".
 */
bool
dsn_is_ambiguous(const char *dsn)
{
	const char *start = strstr(dsn, "://");
	const char *at = strrchr(dsn, '@');
	const char *colon;

	if (start == NULL || at == NULL || at < start + 3)
		return false;
	start += 3;
	colon = memchr(start, ':', (size_t) (at - start));
	return colon != NULL && (strcspn(colon, "/?#@") < (size_t) (at - colon) ||
	                         has_broken_escape(colon, at));
}
