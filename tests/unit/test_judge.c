/*
 * test_judge.c
 *	  The judging of requests by their headers.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "frontend/judge.h"

#include <string.h>

static Frontend frontend;
static Request request;

/*
 * Makes a request without headers.
 */
static void
make_request(const char *method, char *path)
{
	memset(&request, 0, sizeof(request));
	frontend.options.max_body = 1000;
	request.frontend = &frontend;
	request.method = method;
	request.path = path;
	request.headers.hosts = 1;
}

/*
 * Makes a POST whose body comes in chunks.
 */
static void
make_chunked(const char *encoding)
{
	make_request("POST", "/api/checks/");
	request.headers.content_type = "application/json";
	request.headers.transfer_encoding = encoding;
	request.headers.transfer_encodings = 1;
}

/*
 * Judges it and checks the refusal and whether it is to be given at once.
 */
static void
check(ProblemCode refusal, Verdict verdict)
{
	assert_int_equal(judge_request(&request, SERVICE_PRODUCER), verdict);
	assert_int_equal(request.refusal, refusal);
}

/*
 * Makes a good POST with a body of a length.
 */
static void
make_post(const char *length)
{
	make_request("POST", "/api/checks/");
	request.headers.content_type = "application/json";
	request.headers.content_length = length;
	request.headers.content_lengths = length ? 1 : 0;
}

/*
 * Good requests.
 */
static void
test_good(void **state)
{
	(void) state;
	make_post("1000");
	check(PROBLEM_NONE, VERDICT_READ);
	assert_int_equal(request.announced, 1000);
	make_chunked("chunked");
	check(PROBLEM_NONE, VERDICT_READ);
	assert_true(request.has_body);
	make_request("POST", "/api/checks/");
	check(PROBLEM_NONE, VERDICT_READ);
	make_post("0");
	request.headers.content_type = NULL;
	check(PROBLEM_NONE, VERDICT_READ);
	assert_false(request.has_body);
	make_request("OPTIONS", "/api/checks/");
	check(PROBLEM_NONE, VERDICT_READ);
	make_request("OPTIONS", "*");
	check(PROBLEM_NONE, VERDICT_READ);
}

/*
 * Wrong paths and methods.
 */
static void
test_routes(void **state)
{
	(void) state;
	make_request("GET", "/nothing/");
	check(PROBLEM_NOT_FOUND, VERDICT_READ);
	make_request("OPTIONS", "/nothing/");
	check(PROBLEM_NOT_FOUND, VERDICT_READ);
	make_request("PUT", "/api/checks/");
	check(PROBLEM_METHOD_NOT_ALLOWED, VERDICT_READ);
	make_request("BREW", "/api/checks/");
	check(PROBLEM_NOT_IMPLEMENTED, VERDICT_READ);
}

/*
 * A body must have a type that we read.
 */
static void
test_types(void **state)
{
	(void) state;
	make_post("2");
	request.headers.content_type = "text/plain";
	check(PROBLEM_UNSUPPORTED_MEDIA_TYPE, VERDICT_READ);
	make_post("2");
	request.headers.content_type = NULL;
	check(PROBLEM_UNSUPPORTED_MEDIA_TYPE, VERDICT_READ);
}

/*
 * What is refused at once: too large, or for a client that waits for our word.
 */
static void
test_at_once(void **state)
{
	(void) state;
	make_post("1001");
	check(PROBLEM_BODY_TOO_LARGE, VERDICT_REFUSE_NOW);
	make_post("2");
	request.headers.content_type = "text/plain";
	request.headers.expect = "100-Continue";
	check(PROBLEM_UNSUPPORTED_MEDIA_TYPE, VERDICT_REFUSE_NOW);
	make_post("2");
	request.headers.expect = "100-continue";
	check(PROBLEM_NONE, VERDICT_READ);
}

/*
 * Two readings of where a body ends are one too many.
 */
static void
test_framing(void **state)
{
	(void) state;
	make_chunked("chunked");
	request.headers.content_length = "5";
	request.headers.content_lengths = 1;
	check(PROBLEM_BAD_REQUEST, VERDICT_REFUSE_NOW);
	make_chunked("chunked");
	request.headers.transfer_encodings = 2;
	check(PROBLEM_BAD_REQUEST, VERDICT_REFUSE_NOW);
	make_chunked("chunked");
	request.is_http_1_0 = true;
	check(PROBLEM_BAD_REQUEST, VERDICT_REFUSE_NOW);
	make_post("5");
	request.headers.content_lengths = 2;
	check(PROBLEM_BAD_REQUEST, VERDICT_REFUSE_NOW);
	make_chunked("gzip, chunked");
	check(PROBLEM_BAD_REQUEST, VERDICT_REFUSE_NOW);
	make_post("5, 5");
	check(PROBLEM_BAD_REQUEST, VERDICT_REFUSE_NOW);
	make_post("-5");
	check(PROBLEM_BAD_REQUEST, VERDICT_REFUSE_NOW);
}

/*
 * Takes one header whose name and value end where sizeof() says.
 */
#define TAKE(headers, name, value)                                                     \
	headers_take(headers, name, sizeof(name) - 1, value, sizeof(value) - 1)

/*
 * Names and values that readers see differently.
 */
static void
test_headers(void **state)
{
	static const char *const bad_names[] = {"",   "Host ",       "X Y",
	                                        "X:", "caf\xc3\xa9", "a\x01"};
	Headers headers = {0};

	(void) state;
	TAKE(&headers, "Host", "x");
	TAKE(&headers, "content-LENGTH", "5");
	TAKE(&headers, "Content-Length", "6");
	TAKE(&headers, "X-a_b.c!1", "caf\xc3\xa9 \xff\t");
	assert_false(headers.malformed);
	assert_int_equal(headers.hosts, 1);
	assert_int_equal(headers.content_lengths, 2);
	assert_string_equal(headers.content_length, "6");
	for (size_t i = 0; i < sizeof(bad_names) / sizeof(bad_names[0]); i++)
	{
		headers = (Headers){0};
		headers_take(&headers, bad_names[i], strlen(bad_names[i]), "x", 1);
		assert_true(headers.malformed);
	}
	headers = (Headers){0};
	TAKE(&headers, "Content-Length", "5\0 6");
	assert_true(headers.malformed);
	headers = (Headers){0};
	TAKE(&headers, "X\0Y", "x");
	assert_true(headers.malformed);
	headers = (Headers){0};
	TAKE(&headers, "X", "a\rTransfer-Encoding: chunked");
	assert_true(headers.malformed);
}

/*
 * Who is asked must be said, once; before HTTP/1.1 it need not be.
 */
static void
test_host(void **state)
{
	(void) state;
	make_request("GET", "/livez");
	request.headers.hosts = 0;
	check(PROBLEM_BAD_REQUEST, VERDICT_REFUSE_NOW);
	request.headers.hosts = 2;
	request.refusal = PROBLEM_NONE;
	check(PROBLEM_BAD_REQUEST, VERDICT_REFUSE_NOW);
	make_request("GET", "/livez");
	request.is_http_1_0 = true;
	request.headers.hosts = 0;
	check(PROBLEM_NONE, VERDICT_READ);
	make_request("GET", "/livez");
	request.headers.malformed = true;
	check(PROBLEM_BAD_REQUEST, VERDICT_REFUSE_NOW);
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),    cmocka_unit_test(test_routes),
		cmocka_unit_test(test_types),   cmocka_unit_test(test_at_once),
		cmocka_unit_test(test_framing), cmocka_unit_test(test_headers),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
