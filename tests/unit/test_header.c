/*
 * test_header.c
 *	  Judgements on request headers: tokens, entity tags, types, ids, lengths.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "frontend/etag.h"
#include "frontend/header.h"
#include "frontend/token.h"

#include <string.h>

/*
 * Both schemes, in any case, give the SHA-256 of the token alone.
 */
static void
test_token(void **state)
{
	static const unsigned char abc[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
	                                    0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
	                                    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
	                                    0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
	static const char *const good[] = {"Bearer abc", "bearer abc", "BEARER  abc ",
	                                   "Token abc",  "token\tabc", "Bearer abc\t"};
	unsigned char digest[TOKEN_DIGEST_SIZE];

	(void) state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
	{
		memset(digest, 0, sizeof(digest));
		assert_true(token_digest(good[i], digest));
		assert_memory_equal(digest, abc, sizeof(abc));
	}
}

/*
 * Anything else counts as no token.
 */
static void
test_no_token(void **state)
{
	static const char *const bad[] = {
		"",    "Bearer",       "Bearer ",     "Bearer a b",  "Bearerabc", "Basic abc",
		"abc", "Bearer a\x01", "Bearer \xff", " Bearer abc", "Tokens abc"};
	unsigned char digest[TOKEN_DIGEST_SIZE];

	(void) state;
	assert_false(token_digest(NULL, digest));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(token_digest(bad[i], digest));
}

/*
 * A tag is a function of the body.
 */
static void
test_etag(void **state)
{
	char one[ETAG_SIZE];
	char two[ETAG_SIZE];

	(void) state;
	assert_true(etag_make("abc", 3, one));
	assert_string_equal(one, "\"ba7816bf8f01cfea414140de5dae2223\"");
	assert_true(etag_make("abd", 3, two));
	assert_string_not_equal(one, two);
	assert_true(etag_make("", 0, two));
	assert_int_equal(strlen(two), ETAG_SIZE - 1);
}

/*
 * If-None-Match: lists, weak tags, the star.
 */
static void
test_if_none_match(void **state)
{
	static const char *const yes[] = {"\"a\"",        " \"a\" ",         "W/\"a\"",
	                                  "\"b\", \"a\"", "\"b\",,W/\"a\" ", "*",
	                                  " * ",          "\"x,y\",\"a\"",   "\"\", \"a\""};
	static const char *const no[] = {
		"",         "\"b\"",   "a",     "\"a",      "\"ab\"",       "**",
		"*, \"a\"", "w/\"a\"", "\"A\"", "b, \"a\"", "\"\\\"a\\\"\""};

	(void) state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(etag_matches(yes[i], "\"a\""));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(etag_matches(no[i], "\"a\""));
}

/*
 * Content types: JSON in UTF-8, in all its spellings.
 */
static void
test_content_type(void **state)
{
	static const char *const good[] = {"application/json",
	                                   "Application/JSON",
	                                   " application/json ",
	                                   "application/json;charset=utf-8",
	                                   "application/json; charset=UTF-8",
	                                   "application/json ; charset=\"utf-8\"",
	                                   "application/json; profile=x; charset=utf-8",
	                                   "application/json;"};
	static const char *const bad[] = {"",
	                                  "text/plain",
	                                  "application/jsonx",
	                                  "application/json-patch+json",
	                                  "application/json, text/plain",
	                                  "application/json; charset=latin1",
	                                  "application/json; charset=utf-88",
	                                  "application/json; charset=\"utf-8",
	                                  "application/json; charset=",
	                                  "application/x-www-form-urlencoded"};

	(void) state;
	assert_false(content_type_is(NULL, "application/json"));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(content_type_is(good[i], "application/json"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(content_type_is(bad[i], "application/json"));
}

/*
 * Request ids: visible ASCII, up to the limit.
 */
static void
test_request_id(void **state)
{
	char longest[REQUEST_ID_MAX + 2];
	char one[REQUEST_ID_SIZE];
	char two[REQUEST_ID_SIZE];

	(void) state;
	memset(longest, 'x', sizeof(longest));
	longest[REQUEST_ID_MAX + 1] = '\0';
	assert_false(request_id_is_good(longest));
	longest[REQUEST_ID_MAX] = '\0';
	assert_true(request_id_is_good(longest));
	assert_true(request_id_is_good("a-B.9~\"{}"));
	assert_false(request_id_is_good(""));
	assert_false(request_id_is_good("a b"));
	assert_false(request_id_is_good("a\n"));
	assert_false(request_id_is_good("\xc3\xa9"));
	request_id_make(one);
	request_id_make(two);
	assert_true(request_id_is_good(one));
	assert_string_not_equal(one, two);
}

/*
 * Content-Length is digits and fits.
 */
static void
test_content_length(void **state)
{
	static const char *const bad[] = {
		"", "-1", "+1", "1,1", "1 1", "0x1", "1e3", "99999999999999999999", " 1"};
	size_t length;

	(void) state;
	assert_true(content_length_parse("0", &length));
	assert_int_equal(length, 0);
	assert_true(content_length_parse("1048577 ", &length));
	assert_int_equal(length, 1048577);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(content_length_parse(bad[i], &length));
}

/*
 * Tokens of headers.
 */
static void
test_header_token(void **state)
{
	(void) state;
	assert_true(header_is_token("chunked", "chunked"));
	assert_true(header_is_token(" Chunked ", "chunked"));
	assert_false(header_is_token("chunked, gzip", "chunked"));
	assert_false(header_is_token("xchunked", "chunked"));
	assert_false(header_is_token("", "chunked"));
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token),          cmocka_unit_test(test_no_token),
		cmocka_unit_test(test_etag),           cmocka_unit_test(test_if_none_match),
		cmocka_unit_test(test_content_type),   cmocka_unit_test(test_request_id),
		cmocka_unit_test(test_content_length), cmocka_unit_test(test_header_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
