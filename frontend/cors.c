/*
 * cors.c
 *	  Cross-origin resource sharing; see cors.h.
 */
#include "frontend/cors.h"

#include "frontend/request.h"

#include <microhttpd.h>
#include <string.h>

/* The headers that a script may read beside the few that it always may. */
#define EXPOSED_HEADERS                                                                \
	"X-Request-Id, ETag, Retry-After, RateLimit, RateLimit-Policy, Allow, Location, "  \
	"WWW-Authenticate"

/* The headers that a script may set beside the few that it always may. */
#define ALLOWED_HEADERS                                                                \
	"Authorization, Content-Type, If-None-Match, X-Request-Id, traceparent"

/* How long a browser need not ask again; what Chromium takes at most, in seconds. */
#define PREFLIGHT_MAX_AGE "7200"

/*
 * Whether this is an origin as browsers send it: scheme, host and perhaps port, in
 * lower case and without anything after them.  Others would never match.
 */
static bool
is_origin(const char *text, size_t length)
{
	static const char *const schemes[] = {"http://", "https://"};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
	{
		size_t scheme = strlen(schemes[i]);

		if (length > scheme && memcmp(text, schemes[i], scheme) == 0)
			return strspn(text + scheme, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") >=
			       length - scheme;
	}
	return false;
}

/*
 * Takes one more origin.
 */
static bool
add_origin(Origins *origins, const char *text, size_t length)
{
	if (origins->count == MAX_ORIGINS || !is_origin(text, length))
		return false;
	origins->list[origins->count].text = text;
	origins->list[origins->count++].length = length;
	return true;
}

/*
 * Reads a list.
 */
bool
origins_parse(Origins *origins, const char *text)
{
	memset(origins, 0, sizeof(*origins));
	origins->any = strcmp(text, "*") == 0;
	if (origins->any)
		return true;
	for (;;)
	{
		size_t length;

		text += strspn(text, ", ");
		length = strcspn(text, ", ");
		if (length == 0)
			return true;
		if (!add_origin(origins, text, length))
			return false;
		text += length;
	}
}

/*
 * Looks an origin up; they are compared byte by byte.
 */
bool
origins_allow(const Origins *origins, const char *origin)
{
	size_t length = origin ? strlen(origin) : 0;

	if (length == 0)
		return false;
	for (int i = 0; i < origins->count; i++)
	{
		if (origins->list[i].length == length &&
		    memcmp(origins->list[i].text, origin, length) == 0)
			return true;
	}
	return origins->any;
}

/*
 * Says who may read the reply.  Unless anybody may, it depends on Origin, which
 * caches must know even where there is none.
 */
void
cors_add_headers(const Request *request, struct MHD_Response *response)
{
	const Origins *origins = &request->frontend->options.origins;
	const char *origin = request->headers.origin;

	if (origins->count > 0)
		MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Origin");
	if (!origins_allow(origins, origin))
		return;
	MHD_add_response_header(response, "Access-Control-Allow-Origin",
	                        origins->any ? "*" : origin);
	MHD_add_response_header(response, "Access-Control-Expose-Headers", EXPOSED_HEADERS);
}

/*
 * Answers a preflight.
 */
void
cors_add_preflight(const Request *request, struct MHD_Response *response,
                   const char *allow)
{
	const Origins *origins = &request->frontend->options.origins;

	if (request->headers.asked_method == NULL ||
	    !origins_allow(origins, request->headers.origin))
		return;
	MHD_add_response_header(response, "Access-Control-Allow-Methods", allow);
	MHD_add_response_header(response, "Access-Control-Allow-Headers", ALLOWED_HEADERS);
	MHD_add_response_header(response, "Access-Control-Max-Age", PREFLIGHT_MAX_AGE);
}
