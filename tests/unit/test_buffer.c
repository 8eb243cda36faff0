/*
 * test_buffer.c
 *	  The growing buffer and the JSON written into it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/buffer.h"

#include <json-c/json.h>
#include <string.h>

/*
 * Appending grows, and the content is always terminated.
 */
static void
test_grow(void **state)
{
	Buffer buffer;

	(void) state;
	buffer_init(&buffer);
	for (int i = 0; i < 1000; i++)
		buffer_text(&buffer, "0123456789");
	assert_int_equal(buffer.used, 10000);
	assert_int_equal(strlen(buffer.data), 10000);
	buffer_append(&buffer, "", 0);
	buffer_int(&buffer, -9223372036854775807LL - 1);
	assert_string_equal(buffer.data + 10000, "-9223372036854775808");
	assert_false(buffer.failed);
	buffer_free(&buffer);
	assert_int_equal(buffer.used, 0);
}

/*
 * Escapes are the short ones where JSON has them.
 */
static void
test_json_escapes(void **state)
{
	Buffer buffer = {0};

	(void) state;
	buffer_json(&buffer, "a\"\\/\b\f\n\r\t\x01\x1f\x7f", 12);
	assert_string_equal(buffer.data, "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
	buffer_free(&buffer);
	buffer_json(&buffer, "a\0b", 3);
	assert_string_equal(buffer.data, "\"a\\u0000b\"");
	buffer_free(&buffer);
	buffer_json(&buffer, "", 0);
	assert_string_equal(buffer.data, "\"\"");
	buffer_free(&buffer);
}

/*
 * Another parser reads back every byte that UTF-8 allows alone.
 */
static void
test_json_round_trip(void **state)
{
	Buffer buffer = {0};
	char text[128];
	struct json_object *parsed;

	(void) state;
	for (int i = 1; i < 128; i++)
		text[i - 1] = (char) i;
	buffer_json(&buffer, text, 127);
	parsed = json_tokener_parse(buffer.data);
	assert_true(json_object_is_type(parsed, json_type_string));
	assert_int_equal(json_object_get_string_len(parsed), 127);
	assert_memory_equal(json_object_get_string(parsed), text, 127);
	json_object_put(parsed);
	buffer_free(&buffer);
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grow),
		cmocka_unit_test(test_json_escapes),
		cmocka_unit_test(test_json_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
