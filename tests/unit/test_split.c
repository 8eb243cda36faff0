/*
 * test_split.c
 *	  Cutting batches: the same receipts however the bytes arrive.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "frontend/split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT 64

/*
 * Appends what an event gave: "<receipt>", "<TOO LARGE>", "!sentence".
 */
static bool
note(Split *split, SplitEvent event, const char *rest, size_t length, Buffer *seen)
{
	if (event == SPLIT_RECEIPT)
	{
		buffer_text(seen, "<");
		buffer_append(seen, split->receipt, split->receipt_length);
		buffer_text(seen, ">");
	}
	else if (event == SPLIT_TOO_LARGE)
		buffer_text(seen, "<TOO LARGE>");
	else if (event == SPLIT_BROKEN)
	{
		buffer_text(seen, "!");
		split_describe(split, rest, length, seen);
	}
	return event != SPLIT_BROKEN;
}

/*
 * Splits a text that arrives in pieces of a size, each in memory of its own, so
 * that reading beyond one is found out.
 */
static void
split_in_pieces(SplitFormat format, const char *text, size_t length, size_t size,
                Buffer *seen)
{
	Split split;
	bool going = true;

	split_init(&split, format, LIMIT);
	for (size_t from = 0; going && from < length; from += size)
	{
		size_t left = length - from < size ? length - from : size;
		char *piece = malloc(left);
		size_t at = 0;

		assert_non_null(piece);
		memcpy(piece, text + from, left);
		while (going && at < left)
		{
			size_t used;
			SplitEvent event = split_feed(&split, piece + at, left - at, &used);

			at += used;
			assert_true(at <= left);
			assert_true(event != SPLIT_MORE || at == left);
			going = note(&split, event, piece + at, left - at, seen);
			assert_true(split.partial.used <= LIMIT);
		}
		free(piece);
	}
	if (going)
		note(&split, split_end(&split), "", 0, seen);
	split_free(&split);
}

/*
 * Checks what a text gives, in pieces of every size.
 */
static void
check(SplitFormat format, const char *text, const char *wanted)
{
	size_t length = strlen(text);

	for (size_t size = 1; size <= length + 1; size++)
	{
		Buffer seen = {0};

		buffer_text(&seen, "");
		split_in_pieces(format, text, length, size, &seen);
		assert_string_equal(seen.data, wanted);
		buffer_free(&seen);
	}
}

/*
 * Arrays of whatever is JSON, or looks like it.
 */
static void
test_array(void **state)
{
	(void) state;
	check(SPLIT_ARRAY, "[]", "");
	check(SPLIT_ARRAY, " \n[ \t] \r\n", "");
	check(SPLIT_ARRAY, "[{}]", "<{}>");
	check(SPLIT_ARRAY, "[{\"a\":1},{\"b\":[2,{}]}]", "<{\"a\":1}><{\"b\":[2,{}]}>");
	check(SPLIT_ARRAY, " [ {\"a\":\"]}\\\"],\"} , [[]] ] ",
	      "<{\"a\":\"]}\\\"],\"}><[[]]>");
	check(SPLIT_ARRAY, "[1,-2.5e3 ,true,null,\"x\",\"\\\\\",\"\\\"\"]",
	      "<1><-2.5e3><true><null><\"x\"><\"\\\\\"><\"\\\"\">");
	check(SPLIT_ARRAY, "[{\"\xD0\xBB\":\"\x01\n\"}]", "<{\"\xD0\xBB\":\"\x01\n\"}>");
	/* Not JSON, but it is clear where it ends; the database will say so. */
	check(SPLIT_ARRAY, "[{a:b},tru,{\"x\" 1}]", "<{a:b}><tru><{\"x\" 1}>");
	check(SPLIT_ARRAY, "[{[}],1]", "<{[}]><1>");
}

/*
 * What is no array ends there, and says where.
 */
static void
test_broken(void **state)
{
	(void) state;
	check(SPLIT_ARRAY, "", "!The array ends at byte 0; expected \"[\"");
	check(SPLIT_ARRAY, "{}", "!Unexpected \"{\" at byte 0; expected \"[\"");
	check(SPLIT_ARRAY, "\xEF\xBB\xBF[]", "!Unexpected 0xEF at byte 0; expected \"[\"");
	check(SPLIT_ARRAY, "[", "!The array ends at byte 1; expected a receipt or \"]\"");
	check(SPLIT_ARRAY, "[,",
	      "!Unexpected \",\" at byte 1; expected a receipt or \"]\"");
	check(SPLIT_ARRAY, "[{},]", "<{}>!Unexpected \"]\" at byte 4; expected a receipt");
	check(SPLIT_ARRAY, "[{} {}]",
	      "<{}>!Unexpected \"{\" at byte 4; expected \",\" or \"]\"");
	check(SPLIT_ARRAY, "[{}", "<{}>!The array ends at byte 3; expected \",\" or \"]\"");
	check(SPLIT_ARRAY, "[{}] x", "<{}>!Unexpected \"x\" at byte 5; expected the end");
	check(SPLIT_ARRAY, "[{}][{}]", "<{}>!Unexpected \"[\" at byte 4; expected the end");
	check(SPLIT_ARRAY, "[{\"a\":\"",
	      "!The array ends at byte 7; expected the rest of a receipt");
	check(SPLIT_ARRAY, "[1", "!The array ends at byte 2; expected \",\" or \"]\"");
	check(SPLIT_ARRAY, "[}]",
	      "!Unexpected \"}\" at byte 1; expected a receipt or \"]\"");
}

/*
 * Lines, also the last one without an end, also with a CR; blank ones are none.
 */
static void
test_lines(void **state)
{
	(void) state;
	check(SPLIT_LINES, "", "");
	check(SPLIT_LINES, "\n\r\n \t\n", "");
	check(SPLIT_LINES, "{\"a\":1}\n{\"b\":2}\n", "<{\"a\":1}><{\"b\":2}>");
	check(SPLIT_LINES, "{\"a\":1}\r\n\r\n{\"b\":2}", "<{\"a\":1}><{\"b\":2}>");
	check(SPLIT_LINES, "{\n [ \nnonsense\n\"", "<{>< [ ><nonsense><\">");
	check(SPLIT_LINES, " {} ", "< {} >");
	check(SPLIT_LINES, "\r", "");
}

/*
 * One beyond the limit is told and not held; one at the limit is whole.
 */
static void
test_too_large(void **state)
{
	char text[256];
	char wanted[256];

	(void) state;
	snprintf(text, sizeof(text), "[{},\"%0*d\",{}]", LIMIT - 2, 7);
	snprintf(wanted, sizeof(wanted), "<{}><\"%0*d\"><{}>", LIMIT - 2, 7);
	check(SPLIT_ARRAY, text, wanted);
	snprintf(text, sizeof(text), "[{},\"%0*d\",{}]", LIMIT - 1, 7);
	check(SPLIT_ARRAY, text, "<{}><TOO LARGE><{}>");
	snprintf(text, sizeof(text), "{}\n%0*d\n{}", LIMIT, 7);
	snprintf(wanted, sizeof(wanted), "<{}><%0*d><{}>", LIMIT, 7);
	check(SPLIT_LINES, text, wanted);
	snprintf(text, sizeof(text), "{}\n%0*d\n{}\n%0*d", LIMIT + 1, 7, LIMIT * 2, 7);
	check(SPLIT_LINES, text, "<{}><TOO LARGE><{}><TOO LARGE>");
}

/*
 * Random bytes of those that mean something: every size of pieces gives the same,
 * and nothing worse happens.
 */
static void
test_random(void **state)
{
	static const char bytes[] = "{}[]\"\\,: \n\r1ax\xD0\0";
	char text[48];

	(void) state;
	srand(7);
	for (int round = 0; round < 4000; round++)
	{
		size_t length = 1 + (size_t) rand() % sizeof(text);
		SplitFormat format = round % 2 ? SPLIT_ARRAY : SPLIT_LINES;
		Buffer whole = {0};

		for (size_t i = 0; i < length; i++)
			text[i] = bytes[(size_t) rand() % (sizeof(bytes) - 1)];
		if (format == SPLIT_ARRAY)
			text[0] = '[';
		split_in_pieces(format, text, length, length, &whole);
		for (size_t size = 1; size < 8; size++)
		{
			Buffer seen = {0};

			split_in_pieces(format, text, length, size, &seen);
			assert_int_equal(seen.used, whole.used);
			if (seen.used > 0)
				assert_memory_equal(seen.data, whole.data, seen.used);
			buffer_free(&seen);
		}
		buffer_free(&whole);
	}
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_array),  cmocka_unit_test(test_broken),
		cmocka_unit_test(test_lines),  cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
