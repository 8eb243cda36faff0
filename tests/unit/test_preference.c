/*
 * test_preference.c
 *	  Accept-Encoding and Accept-Language.
 */
#include "frontend/preference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/*
 * gzip is taken when it is named or meant by the asterisk, and not forbidden.
 */
static void
test_accept_encoding(void **state)
{
	static const char *const good[] = {
		"gzip",        "GZIP",        "x-gzip",         "deflate, gzip;q=0.5, br",
		"*",           "gzip;q=0.01", "identity;q=0,*", "gzip,",
		" gzip ; q=1 "};
	static const char *const bad[] = {NULL,          "",
	                                  "identity",    "deflate",
	                                  "gzip;q=0",    "gzip; q=0.000",
	                                  "*, gzip;q=0", "gzip;q=0, *",
	                                  "*;q=0",       "gzipped",
	                                  "g zip"};

	(void) state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(accepts_gzip(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(accepts_gzip(bad[i]));
}

/*
 * Russian is taken where it weighs more than English, or as much but earlier.
 */
static void
test_accept_language(void **state)
{
	static const char *const russian[] = {"ru",
	                                      "RU",
	                                      "ru-RU",
	                                      "ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7",
	                                      "en;q=0.5, ru;q=0.501",
	                                      "en;q=0, ru;q=0.001",
	                                      "ru, en",
	                                      "ru;q=0.8, *;q=0.1",
	                                      "de, ru;q=0.2, en;q=0.1",
	                                      "ru;q=0.1, ru-RU, en;q=0.9"};
	static const char *const english[] = {NULL,
	                                      "",
	                                      "*",
	                                      "en",
	                                      "de",
	                                      "en, ru",
	                                      "en-GB, ru;q=0.9",
	                                      "ru;q=0",
	                                      "ru;q=0, en;q=0",
	                                      "ru;q=0.5, *;q=0.8",
	                                      "rus",
	                                      "ru;q=0.9, en;q=0.1, en-US;q=1.0"};

	(void) state;
	for (size_t i = 0; i < sizeof(russian) / sizeof(russian[0]); i++)
		assert_true(prefers_russian(russian[i]));
	for (size_t i = 0; i < sizeof(english) / sizeof(english[0]); i++)
		assert_false(prefers_russian(english[i]));
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accept_encoding),
		cmocka_unit_test(test_accept_language),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
