/*
 * headers.c
 *	  The headers of a request that matter; see headers.h.
 *
 * libmicrohttpd takes names and values as they come.  A blank before the colon, a
 * bare CR or a NUL is how one reader is shown a header that another does not see,
 * so requests with such are not served.
 */
#include "frontend/headers.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/*
 * Whether a name is a token.
 */
static bool
is_name(const char *name, size_t size)
{
	for (size_t i = 0; i < size; i++)
	{
		unsigned char byte = (unsigned char) name[i];

		if (byte >= 0x80 || byte == 0 ||
		    (!isalnum(byte) && strchr("!#$%&'*+-.^_`|~", byte) == NULL))
			return false;
	}
	return size > 0;
}

/*
 * Whether a value has no control character but tabs.
 */
static bool
is_value(const char *value, size_t size)
{
	for (size_t i = 0; i < size; i++)
	{
		unsigned char byte = (unsigned char) value[i];

		if ((byte < 0x20 && byte != '\t') || byte == 0x7F)
			return false;
	}
	return true;
}

/*
 * Keeps a value where it belongs, and counts it.
 */
static void
keep(Headers *headers, const char *name, const char *value)
{
	const struct
	{
		const char *name;
		const char **value;
		int *count;
	} known[] = {
		{"Accept-Encoding", &headers->accept_encoding, NULL},
		{"Accept-Language", &headers->accept_language, NULL},
		{"Access-Control-Request-Method", &headers->asked_method, NULL},
		{"Authorization", &headers->authorization, NULL},
		{"Content-Encoding", &headers->content_encoding, NULL},
		{"Content-Length", &headers->content_length, &headers->content_lengths},
		{"Content-Type", &headers->content_type, NULL},
		{"Expect", &headers->expect, NULL},
		{"Host", NULL, &headers->hosts},
		{"If-None-Match", &headers->if_none_match, NULL},
		{"Origin", &headers->origin, NULL},
		{"traceparent", &headers->traceparent, &headers->traceparents},
		{"Transfer-Encoding", &headers->transfer_encoding,
	     &headers->transfer_encodings},
		{"X-Forwarded-For", &headers->forwarded_for, NULL},
		{"X-Request-Id", &headers->request_id, NULL},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
	{
		if (strcasecmp(name, known[i].name) != 0)
			continue;
		if (known[i].value != NULL)
			*known[i].value = value;
		if (known[i].count != NULL)
			(*known[i].count)++;
		return;
	}
}

/*
 * Takes one header.
 */
void
headers_take(Headers *headers, const char *name, size_t name_size, const char *value,
             size_t value_size)
{
	if (!is_name(name, name_size) || !is_value(value, value_size))
		headers->malformed = true;
	else
		keep(headers, name, value);
}

/*
 * The same, as libmicrohttpd calls it for each.
 */
static enum MHD_Result
take(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_size,
     const char *value, size_t value_size)
{
	(void) kind;
	headers_take(arg, name, name_size, value ? value : "", value ? value_size : 0);
	return MHD_YES;
}

/*
 * Reads all.
 */
void
headers_read(Headers *headers, struct MHD_Connection *connection)
{
	MHD_get_connection_values_n(connection, MHD_HEADER_KIND, take, headers);
}
