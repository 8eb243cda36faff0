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

#include <json-c/json.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * A text as a field of both forms, and back from JSON.
 */
static void
check_text(const char *text, const char *logfmt, const char *back)
{
	LogLine line;
	struct json_object *parsed;
	char wanted[256];

	logline_begin(&line, LOG_LOGFMT);
	logline_text(&line, "a", text);
	logline_end(&line);
	line.text[line.used] = '\0';
	snprintf(wanted, sizeof(wanted), "a=%s\n", logfmt);
	assert_string_equal(line.text, wanted);

	logline_begin(&line, LOG_JSON);
	logline_text(&line, "a", text);
	logline_end(&line);
	line.text[line.used] = '\0';
	parsed = json_tokener_parse(line.text);
	assert_non_null(parsed);
	assert_string_equal(json_object_get_string(json_object_object_get(parsed, "a")),
	                    back);
	json_object_put(parsed);
}

/*
 * What would end a value or a line is escaped, in both forms alike.
 */
static void
test_texts(void **state)
{
	(void) state;
	check_text("/plain", "/plain", "/plain");
	check_text("", "\"\"", "");
	check_text("a b", "\"a b\"", "a b");
	check_text("a=\"b\" \\", "\"a=\\\"b\\\" \\\\\"", "a=\"b\" \\");
	check_text("a\nb\r\tc", "\"a\\nb\\r\\tc\"", "a\nb\r\tc");
	check_text("\x1b[31m\x7f", "\"\\u001b[31m\\u007f\"", "\x1b[31m\x7f");
	check_text("caf\xc3\xa9", "\"caf\xc3\xa9\"", "caf\xc3\xa9");
	check_text("\xc2\x9b!", "\"\\u009b!\"", "\xc2\x9b!");
	check_text("\xff\xc3", "\"\\ufffd\\ufffd\"", "\xef\xbf\xbd\xef\xbf\xbd");
}

/*
 * Texts of every length, plain and of long escapes, as the only field and before
 * others: the line never grows too long and can always be parsed.
 */
static void
test_cut(void **state)
{
	static char text[LOG_LINE_SIZE + 16];

	(void) state;
	for (int fill = 0; fill < 3; fill++)
	{
		memset(text, "x\x01\xff"[fill], sizeof(text) - 1);
		for (size_t length = 0; length < sizeof(text); length++)
		{
			LogLine line;
			struct json_object *parsed;

			logline_begin(&line, LOG_JSON);
			logline_bytes(&line, "a", text, length);
			logline_number(&line, "n", 12345);
			logline_text(&line, "b", "\001\002\003");
			logline_end(&line);
			assert_in_range(line.used, 1, LOG_LINE_SIZE);
			assert_int_equal(line.text[line.used - 1], '\n');
			line.text[line.used - 1] = '\0';
			parsed = json_tokener_parse(line.text);
			assert_non_null(parsed);
			assert_true(json_object_object_get_ex(parsed, "a", NULL));
			json_object_put(parsed);
		}
	}
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
	log_error("forged\ntime=2026-01-01T00:00:00.000Z level=info pid=1 msg=line");
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
	            "^time=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
	            "\\.[0-9]{3}Z level=warning pid=[0-9]+ msg=\"number 5\"\n"
	            "time=[^ ]+ level=error pid=[0-9]+ msg=\"forged\\\\ntime[^\n]*\"\n$",
	            REG_EXTENDED | REG_NOSUB),
		0);
	assert_int_equal(regexec(&form, out, 0, NULL, 0), 0);
	regfree(&form);
}

/*
 * A line that may wait.
 */
static void
write_later(int number)
{
	LogLine line;

	log_begin(&line, LOG_INFO, "request");
	logline_number(&line, "number", number);
	log_end_later(&line);
}

/*
 * Three lines of which the first two may wait, and one that nobody flushes.
 */
static void
write_some_later(void)
{
	write_later(1);
	write_later(2);
	log_warning("3");
	write_later(4);
}

/*
 * More lines than can wait together.
 */
static void
write_many_later(void)
{
	for (int i = 0; i < 100; i++)
		write_later(i);
	log_flush();
}

/*
 * Lines that wait come in their order and before later ones, all of them and whole,
 * and not before they have to.
 */
static void
test_later(void **state)
{
	static char out[100 * 128];
	const char *at = out;

	(void) state;
	capture(out, sizeof(out), write_some_later);
	at = strstr(at, "number=1\n");
	assert_non_null(at);
	at = strstr(at, "number=2\n");
	assert_non_null(at);
	assert_non_null(strstr(at, "msg=3\n"));
	assert_null(strstr(at, "number=4"));
	capture(out, sizeof(out), log_flush);
	assert_non_null(strstr(out, "number=4\n"));
	assert_int_equal(capture(out, sizeof(out), log_flush), 0);

	capture(out, sizeof(out), write_many_later);
	at = out;
	for (int i = 0; i < 100; i++)
	{
		char wanted[32];

		snprintf(wanted, sizeof(wanted), " number=%d\n", i);
		assert_int_equal(strncmp(at, "time=", 5), 0);
		at = strchr(at, '\n') + 1;
		assert_memory_equal(at - strlen(wanted), wanted, strlen(wanted));
	}
	assert_int_equal(*at, '\0');
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
	assert_string_equal(out + length - 5, "...\"\n");
}

/*
 * Numbers of any size and sign, and times of three decimals.
 */
static void
test_numbers(void **state)
{
	LogLine line;

	(void) state;
	logline_begin(&line, LOG_LOGFMT);
	logline_number(&line, "a", 0);
	logline_number(&line, "b", -1);
	logline_number(&line, "c", INT64_MAX);
	logline_number(&line, "d", INT64_MIN);
	logline_millis(&line, "e", 0);
	logline_millis(&line, "f", 7);
	logline_millis(&line, "g", 1234567);
	logline_millis(&line, "h", -1500);
	logline_millis(&line, "i", INT64_MIN);
	logline_end(&line);
	line.text[line.used] = '\0';
	assert_string_equal(line.text,
	                    "a=0 b=-1 c=9223372036854775807 d=-9223372036854775808 e=0.000 "
	                    "f=0.007 g=1234.567 h=-1.500 i=-9223372036854775.808\n");
}

/*
 * A line with fields, and one of a handler.
 */
static void
write_fields(void)
{
	LogLine line;

	log_begin(&line, LOG_INFO, "with fields");
	logline_text(&line, "text", "a\"b");
	logline_millis(&line, "number", 12005);
	log_end(&line);
	log_from_handler("from a handler");
}

/*
 * In JSON every line is an object.
 */
static void
test_json(void **state)
{
	char out[512];
	char *second;
	struct json_object *parsed;

	(void) state;
	assert_true(log_set_format("json"));
	capture(out, sizeof(out), write_fields);
	assert_true(log_set_format("logfmt"));
	second = strchr(out, '\n') + 1;
	second[-1] = '\0';
	parsed = json_tokener_parse(out);
	assert_string_equal(json_object_get_string(json_object_object_get(parsed, "msg")),
	                    "with fields");
	assert_string_equal(json_object_get_string(json_object_object_get(parsed, "text")),
	                    "a\"b");
	assert_string_equal(
		json_object_get_string(json_object_object_get(parsed, "number")), "12.005");
	assert_int_equal(json_object_get_int(json_object_object_get(parsed, "pid")),
	                 getpid());
	json_object_put(parsed);
	assert_string_equal(second, "{\"level\":\"error\",\"msg\":\"from a handler\"}\n");
}

/*
 * The level decides.
 */
static void
test_level(void **state)
{
	(void) state;
	assert_false(log_set_level("loud"));
	assert_false(log_set_format("xml"));
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
		cmocka_unit_test(test_texts),     cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_cut),       cmocka_unit_test(test_lines),
		cmocka_unit_test(test_long_line), cmocka_unit_test(test_later),
		cmocka_unit_test(test_json),      cmocka_unit_test(test_level),
		cmocka_unit_test(test_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
