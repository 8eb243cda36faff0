/*
 * test_log.c
 *	  Log lines: their form, and that no text can forge one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/log.h"
#include "common/utf8.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * Checks one escape.
 */
static void
check_escape(const char *text, const char *wanted)
{
	char out[256];

	assert_int_equal(log_escape(text, strlen(text), out, sizeof(out)), strlen(wanted));
	assert_string_equal(out, wanted);
}

/*
 * Control characters and broken UTF-8 are shown, the rest stays.
 */
static void
test_escape(void **state)
{
	char out[32];

	(void) state;
	check_escape("plain \"text\" \\ 100%", "plain \"text\" \\ 100%");
	check_escape("a\nb\r\tc", "a\\nb\\r\\tc");
	check_escape("\x1b[31m\x7f", "\\x1b[31m\\x7f");
	check_escape("caf\xc3\xa9 \xf0\x9f\x98\x80", "caf\xc3\xa9 \xf0\x9f\x98\x80");
	check_escape("\xc2\x9b!", "\\xc2\\x9b!");
	check_escape("\xff\xc3", "\\xff\\xc3");
	assert_int_equal(log_escape("a\0b", 3, out, sizeof(out)), 6);
	assert_string_equal(out, "a\\x00b");
}

/*
 * What does not fit is cut, visibly, and never in the middle of a character.
 */
static void
test_escape_cut(void **state)
{
	char out[10];

	(void) state;
	assert_int_equal(log_escape("0123456789", 10, out, sizeof(out)), 9);
	assert_string_equal(out, "012345...");
	log_escape("01234\xc3\xa9xxxxx", 12, out, sizeof(out));
	assert_string_equal(out, "01234...");
	log_escape("01234\n\n\n\n", 9, out, sizeof(out));
	assert_string_equal(out, "01234...");
}

/*
 * Logs with stderr going to a pipe and returns what came out.
 */
static size_t
capture(char *out, size_t size, void (*write_lines)(void))
{
	int ends[2];
	int kept = dup(2);
	ssize_t length;

	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], 2);
	close(ends[1]);
	write_lines();
	dup2(kept, 2);
	close(kept);
	length = read(ends[0], out, size - 1);
	close(ends[0]);
	if (length < 0)
		length = 0;
	out[length] = '\0';
	return (size_t) length;
}

/*
 * Two lines, one of them an attempt at a third.
 */
static void
write_two(void)
{
	log_warning("number %d", 5);
	log_debug("not shown");
	log_error("forged\n2026-01-01T00:00:00.000Z [1] info: line");
}

/*
 * Every line has time, pid and level, and a message stays in its line.
 */
static void
test_lines(void **state)
{
	char out[512];
	regex_t form;

	(void) state;
	assert_true(log_set_level("info"));
	capture(out, sizeof(out), write_two);
	assert_int_equal(
		regcomp(&form,
	            "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
	            "\\.[0-9]{3}Z \\[[0-9]+\\] warning: number 5\n[^\n]+ error: "
	            "forged\\\\n2026[^\n]*\n$",
	            REG_EXTENDED | REG_NOSUB),
		0);
	assert_int_equal(regexec(&form, out, 0, NULL, 0), 0);
	regfree(&form);
}

/*
 * A line that is far too long.
 */
static void
write_long(void)
{
	log_error("%*d", 10000, 1);
}

/*
 * A long line is cut to what one write() keeps whole.
 */
static void
test_long_line(void **state)
{
	static char out[3 * LOG_LINE_SIZE];
	size_t length = capture(out, sizeof(out), write_long);

	(void) state;
	assert_in_range(length, LOG_LINE_SIZE / 2, LOG_LINE_SIZE);
	assert_string_equal(out + length - 4, "...\n");
}

/*
 * The level decides.
 */
static void
test_level(void **state)
{
	(void) state;
	assert_false(log_set_level("loud"));
	assert_true(log_set_level("error"));
	assert_false(log_enabled(LOG_WARNING));
	assert_true(log_enabled(LOG_ERROR));
	assert_true(log_set_level("debug"));
	assert_true(log_enabled(LOG_DEBUG));
}

/*
 * UTF-8 as PostgreSQL takes it.
 */
static void
test_utf8(void **state)
{
	static const char *const good[] = {
		"", "abc", "\xc2\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"};
	static const char *const bad[] = {"\x80",
	                                  "\xc0\x80",
	                                  "\xc1\xbf",
	                                  "\xe0\x9f\xbf",
	                                  "\xed\xa0\x80",
	                                  "\xf0\x8f\xbf\xbf",
	                                  "\xf4\x90\x80\x80",
	                                  "\xf5\x80\x80\x80",
	                                  "\xe2\x82",
	                                  "a\xff"};

	(void) state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(utf8_is_valid(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(utf8_is_valid(bad[i], strlen(bad[i])));
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape), cmocka_unit_test(test_escape_cut),
		cmocka_unit_test(test_lines),  cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_level),  cmocka_unit_test(test_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
