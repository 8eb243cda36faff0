/*
 * header.c
 *	  Judgements on single request headers; see header.h.
 */
#include "frontend/header.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/*
 * Steps over a word in any case; NULL when text does not start with it.
 */
static const char *
skip_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	if (strncasecmp(text, word, length) != 0)
		return NULL;
	return text + length;
}

/*
 * Judges the value of a charset parameter, with or without quotes.
 */
static bool
is_utf8_charset(const char *value)
{
	const char *quote = *value == '"' ? "\"" : "";
	const char *rest = skip_word(value + strlen(quote), "utf-8");

	if (rest == NULL || strncmp(rest, quote, strlen(quote)) != 0)
		return false;
	rest += strlen(quote);
	rest += strspn(rest, " \t");
	return *rest == '\0' || *rest == ';';
}

/*
 * Compares the media type, then looks at the parameters for a charset.
 */
bool
content_type_is(const char *content_type, const char *media_type)
{
	const char *at;

	if (content_type == NULL)
		return false;
	at = skip_word(content_type + strspn(content_type, " \t"), media_type);
	if (at == NULL)
		return false;
	for (;;)
	{
		const char *value;

		at += strspn(at, " \t");
		if (*at == '\0')
			return true;
		if (*at != ';')
			return false;
		at++;
		at += strspn(at, " \t");
		value = skip_word(at, "charset=");
		if (value != NULL && !is_utf8_charset(value))
			return false;
		at += strcspn(at, ";");
	}
}

/*
 * Judges an X-Request-Id: it goes into the log, the database and the reply.
 */
bool
request_id_is_good(const char *id)
{
	size_t length = 0;

	while (id[length] > 0x20 && id[length] < 0x7F)
		length++;
	return length > 0 && length <= REQUEST_ID_MAX && id[length] == '\0';
}

static uint64_t process_id;
static pthread_once_t process_id_once = PTHREAD_ONCE_INIT;

/*
 * Draws what tells this process from all others.
 */
static void
draw_process_id(void)
{
	if (getrandom(&process_id, sizeof(process_id), GRND_NONBLOCK) != sizeof(process_id))
		process_id = (uint64_t) time(NULL) << 22 ^ (uint64_t) getpid();
}

/*
 * Writes the last digits of a number, in hexadecimal: each request has an id, for
 * which printf() is slow.
 */
static void
write_hex(uint64_t value, char *out, int digits)
{
	for (int i = digits - 1; i >= 0; i--)
	{
		out[i] = "0123456789abcdef"[value & 15];
		value >>= 4;
	}
}

/*
 * Makes "<random of the process>-<count>": no system call a request, and the ids
 * of a process sort in their order.
 */
void
request_id_make(char id[REQUEST_ID_SIZE])
{
	static _Atomic uint64_t count = 0;

	pthread_once(&process_id_once, draw_process_id);
	write_hex(process_id, id, 16);
	id[16] = '-';
	write_hex(atomic_fetch_add(&count, 1) + 1, id + 17, 10);
	id[27] = '\0';
}

/*
 * Compares a header with a token, in any case.
 */
bool
header_is_token(const char *value, const char *token)
{
	const char *rest = skip_word(value + strspn(value, " \t"), token);

	return rest != NULL && rest[strspn(rest, " \t")] == '\0';
}

/*
 * Reads Content-Length.
 */
bool
content_length_parse(const char *value, size_t *length)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long long number;

	if (digits == 0 || value[digits + strspn(value + digits, " \t")] != '\0')
		return false;
	errno = 0;
	number = strtoull(value, NULL, 10);
	if (errno != 0 || number > SIZE_MAX)
		return false;
	*length = (size_t) number;
	return true;
}
