/*
 * test_settings.c
 *	  The table of settings: sources, their order, and what is refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/settings.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *text;
static int number;
static bool flag;
static char seen[256];

static const Setting table[] = {
	{"some-text", SETTING_STRING, &text, "default", 0, 0, NULL, "a text"},
	{"number", SETTING_INT, &number, "7", 1, 100, "ms", "a number"},
	{"flag", SETTING_BOOL, &flag, "off", 0, 0, NULL, "a flag"},
};

/*
 * Notes what -X passes through; refuses the key "bad".
 */
static bool
pass(const char *key, const char *value, char *error, size_t size, void *arg)
{
	size_t used = strlen(seen);

	(void) arg;
	snprintf(seen + used, sizeof(seen) - used, "[%s=%s]", key, value);
	snprintf(error, size, "no such key");
	return strcmp(key, "bad") != 0;
}

/*
 * Loads words, the last of which is NULL, with stdout and stderr out of the way.
 */
static SettingsResult
load(bool with_pass, ...)
{
	Program program = {"test", "1.0", "tests", table, 3, with_pass ? pass : NULL, NULL};
	char *argv[16] = {"ignored"};
	int argc = 1;
	int kept[2] = {dup(1), dup(2)};
	SettingsResult result;
	va_list words;
	int nowhere;

	va_start(words, with_pass);
	while ((argv[argc] = va_arg(words, char *)) != NULL)
		argc++;
	va_end(words);
	seen[0] = '\0';
	fflush(stdout);
	nowhere = open("/dev/null", O_WRONLY);
	assert_int_equal(dup2(nowhere, 1), 1);
	assert_int_equal(dup2(nowhere, 2), 2);
	close(nowhere);
	result = settings_load(&program, argc, argv);
	fflush(stdout);
	dup2(kept[0], 1);
	dup2(kept[1], 2);
	close(kept[0]);
	close(kept[1]);
	return result;
}

/*
 * Without anything, the defaults hold.
 */
static void
test_defaults(void **state)
{
	(void) state;
	assert_int_equal(load(false, NULL), SETTINGS_OK);
	assert_string_equal(text, "default");
	assert_int_equal(number, 7);
	assert_false(flag);
}

/*
 * Both forms of a flag are taken, and the last one wins.
 */
static void
test_command_line(void **state)
{
	(void) state;
	assert_int_equal(
		load(false, "--some-text", "a", "--number=9", "--flag", "on", NULL),
		SETTINGS_OK);
	assert_string_equal(text, "a");
	assert_int_equal(number, 9);
	assert_true(flag);
	assert_int_equal(load(false, "--number=9", "--number", "10", NULL), SETTINGS_OK);
	assert_int_equal(number, 10);
	assert_int_equal(load(false, "--some-text=", NULL), SETTINGS_OK);
	assert_string_equal(text, "");
	assert_int_equal(load(false, "--some-text=a=b", NULL), SETTINGS_OK);
	assert_string_equal(text, "a=b");
}

/*
 * The environment stands between defaults and command line; empty is not set.
 */
static void
test_environment(void **state)
{
	(void) state;
	setenv("RECEIPTS_SOME_TEXT", "from environment", 1);
	setenv("RECEIPTS_NUMBER", "", 1);
	assert_int_equal(load(false, NULL), SETTINGS_OK);
	assert_string_equal(text, "from environment");
	assert_int_equal(number, 7);
	assert_int_equal(load(false, "--some-text", "b", NULL), SETTINGS_OK);
	assert_string_equal(text, "b");
	setenv("RECEIPTS_NUMBER", "many", 1);
	assert_int_equal(load(false, NULL), SETTINGS_ERROR);
	unsetenv("RECEIPTS_NUMBER");
	unsetenv("RECEIPTS_SOME_TEXT");
}

/*
 * Numbers out of bounds or followed by anything are refused.
 */
static void
test_bad_numbers(void **state)
{
	static char *const bad[] = {
		"0", "101", "1x", "", " 1", "10 s", "1e1", "0x5", "99999999999999999999"};

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(load(false, "--number", bad[i], NULL), SETTINGS_ERROR);
}

/*
 * Switches know three words for each side.
 */
static void
test_switches(void **state)
{
	(void) state;
	assert_int_equal(load(false, "--flag", "true", NULL), SETTINGS_OK);
	assert_true(flag);
	assert_int_equal(load(false, "--flag", "0", NULL), SETTINGS_OK);
	assert_false(flag);
	assert_int_equal(load(false, "--flag", "yes", NULL), SETTINGS_ERROR);
}

/*
 * What is not in the table is refused, also a flag cut short.
 */
static void
test_unknown(void **state)
{
	(void) state;
	assert_int_equal(load(false, "--numbe", "1", NULL), SETTINGS_ERROR);
	assert_int_equal(load(false, "--number", NULL), SETTINGS_ERROR);
	assert_int_equal(load(false, "number", NULL), SETTINGS_ERROR);
	assert_int_equal(load(false, "--", NULL), SETTINGS_ERROR);
	assert_int_equal(load(false, "-X", "a=b", NULL), SETTINGS_ERROR);
}

/*
 * -X is passed through in order.
 */
static void
test_pass_through(void **state)
{
	(void) state;
	assert_int_equal(load(true, "-X", "a=b", "-Xc=d=e", "-X", "f=", NULL), SETTINGS_OK);
	assert_string_equal(seen, "[a=b][c=d=e][f=]");
	assert_int_equal(load(true, "-X", "bad=1", NULL), SETTINGS_ERROR);
	assert_int_equal(load(true, "-X", "novalue", NULL), SETTINGS_ERROR);
	assert_int_equal(load(true, "-X", "=1", NULL), SETTINGS_ERROR);
	assert_int_equal(load(true, "-X", NULL), SETTINGS_ERROR);
}

/*
 * Questions are answered whatever else is wrong.
 */
static void
test_questions(void **state)
{
	(void) state;
	assert_int_equal(load(false, "--help", NULL), SETTINGS_EXIT);
	assert_int_equal(load(false, "--wrong", "--version", NULL), SETTINGS_EXIT);
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),     cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_environment),  cmocka_unit_test(test_bad_numbers),
		cmocka_unit_test(test_switches),     cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_pass_through), cmocka_unit_test(test_questions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
