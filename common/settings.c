/*
 * settings.c
 *	  Reads settings from the command line, the environment and the defaults of
 *	  one table, and prints that same table as --help.
 *
 * Strings are not copied: they point into argv, the environment or the table,
 * all of which live as long as the program.
 */
#include "common/settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENVIRONMENT_PREFIX "RECEIPTS_"
#define NAME_SIZE 64

/*
 * Derives the environment variable of a setting, so that the table needs to
 * name a setting once only.
 */
static void
environment_name(const char *setting, char *name, size_t size)
{
	size_t at = (size_t) snprintf(name, size, "%s", ENVIRONMENT_PREFIX);

	for (; *setting != '\0' && at + 1 < size; setting++)
		name[at++] = *setting == '-' ? '_' : (char) toupper((unsigned char) *setting);
	name[at] = '\0';
}

/*
 * Writes an error and where to read on.  stderr, not the log: at this point
 * somebody is typing.
 */
static void
complain(const Program *program, const char *what, const char *which)
{
	fprintf(stderr, "%s: %s: %s\nTry \"%s --help\".\n", program->name, what, which,
	        program->name);
}

/*
 * Reads a whole decimal number within the bounds of the setting; nothing may
 * follow it, so that "10s" is refused rather than read as 10.
 */
static bool
parse_int(const Setting *setting, const char *value)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || isspace((unsigned char) *value))
		return false;
	if (number < setting->min || number > setting->max)
		return false;
	*(int *) setting->target = (int) number;
	return true;
}

/*
 * Reads on, true, 1, off, false, 0.
 */
static bool
parse_bool(const Setting *setting, const char *value)
{
	bool on = strcmp(value, "on") == 0 || strcmp(value, "true") == 0 ||
	          strcmp(value, "1") == 0;
	bool off = strcmp(value, "off") == 0 || strcmp(value, "false") == 0 ||
	           strcmp(value, "0") == 0;

	if (!on && !off)
		return false;
	*(bool *) setting->target = on;
	return true;
}

/*
 * Stores a value given as text into the target of a setting.
 */
static bool
assign(const Setting *setting, const char *value)
{
	switch (setting->type)
	{
		case SETTING_STRING:
			*(const char **) setting->target = value;
			return true;
		case SETTING_INT:
			return parse_int(setting, value);
		case SETTING_BOOL:
			return parse_bool(setting, value);
	}
	return false;
}

/*
 * Says what was wanted, in the same words as the table bounds it.  The value
 * itself is shown only for numbers and switches: a string may be a secret.
 */
static void
complain_value(const Program *program, const Setting *setting, const char *source,
               const char *value)
{
	char wanted[160];

	if (setting->type == SETTING_INT)
		snprintf(wanted, sizeof(wanted), "wanted a whole number from %d to %d%s%s",
		         setting->min, setting->max, setting->unit ? ", in " : "",
		         setting->unit ? setting->unit : "");
	else
		snprintf(wanted, sizeof(wanted), "wanted on or off");
	fprintf(stderr, "%s: invalid value \"%s\" for %s: %s\n", program->name, value,
	        source, wanted);
}

/*
 * Gives every setting its default, so that what follows only overrides.
 */
static bool
load_defaults(const Program *program)
{
	for (size_t i = 0; i < program->nsettings; i++)
	{
		const Setting *setting = &program->settings[i];

		if (setting->fallback == NULL && setting->type == SETTING_STRING)
			*(const char **) setting->target = NULL;
		else if (setting->fallback != NULL && !assign(setting, setting->fallback))
		{
			complain_value(program, setting, setting->name, setting->fallback);
			return false;
		}
	}
	return true;
}

/*
 * Overrides from the environment.  An empty variable counts as not set, since
 * compose files pass variables on that way.
 */
static bool
load_environment(const Program *program)
{
	for (size_t i = 0; i < program->nsettings; i++)
	{
		const Setting *setting = &program->settings[i];
		char name[NAME_SIZE];
		const char *value;

		environment_name(setting->name, name, sizeof(name));
		value = getenv(name);
		if (value != NULL && *value != '\0' && !assign(setting, value))
		{
			complain_value(program, setting, name, value);
			return false;
		}
	}
	return true;
}

/*
 * Finds the setting whose name is the first length bytes of name.
 */
static const Setting *
find_setting(const Program *program, const char *name, size_t length)
{
	for (size_t i = 0; i < program->nsettings; i++)
	{
		const char *candidate = program->settings[i].name;

		if (strlen(candidate) == length && memcmp(candidate, name, length) == 0)
			return &program->settings[i];
	}
	return NULL;
}

/*
 * Takes "--NAME=VALUE" or "--NAME VALUE" at argv[*at] and moves *at to the last
 * word it used.
 */
static bool
take_flag(const Program *program, int argc, char **argv, int *at)
{
	const char *flag = argv[*at];
	const char *name = flag + 2;
	const char *equals = strchr(name, '=');
	size_t length = equals ? (size_t) (equals - name) : strlen(name);
	const Setting *setting = find_setting(program, name, length);
	const char *value = equals ? equals + 1 : NULL;

	if (setting == NULL)
	{
		complain(program, "unknown option", flag);
		return false;
	}
	if (value == NULL && *at + 1 < argc)
		value = argv[++*at];
	if (value == NULL)
	{
		complain(program, "option needs a value", flag);
		return false;
	}
	if (!assign(setting, value))
	{
		char source[NAME_SIZE];

		snprintf(source, sizeof(source), "--%s", setting->name);
		complain_value(program, setting, source, value);
		return false;
	}
	return true;
}

/*
 * Takes "-X key=value" or "-Xkey=value" and hands it to the program.
 */
static bool
take_pass_through(const Program *program, int argc, char **argv, int *at)
{
	const char *pair = argv[*at] + 2;
	const char *equals;
	char key[256];
	char error[512] = "";

	if (*pair == '\0')
		pair = *at + 1 < argc ? argv[++*at] : "";
	equals = strchr(pair, '=');
	if (equals == NULL || equals == pair || (size_t) (equals - pair) >= sizeof(key))
	{
		complain(program, "-X wants key=value", pair);
		return false;
	}
	memcpy(key, pair, (size_t) (equals - pair));
	key[equals - pair] = '\0';
	if (program->pass_through(key, equals + 1, error, sizeof(error),
	                          program->pass_through_arg))
		return true;
	complain(program, "invalid -X setting", *error ? error : key);
	return false;
}

/*
 * Overrides from the command line.
 */
static bool
load_arguments(const Program *program, int argc, char **argv)
{
	for (int at = 1; at < argc; at++)
	{
		const char *word = argv[at];
		bool good = false;

		if (strncmp(word, "--", 2) == 0 && word[2] != '\0')
			good = take_flag(program, argc, argv, &at);
		else if (strncmp(word, "-X", 2) == 0 && program->pass_through != NULL)
			good = take_pass_through(program, argc, argv, &at);
		else
			complain(program, "unexpected argument", word);
		if (!good)
			return false;
	}
	return true;
}

/*
 * Answers --help and --version before anything else is read, so that they work
 * however wrong the rest is.
 */
static bool
answer_question(const Program *program, int argc, char **argv)
{
	for (int at = 1; at < argc; at++)
	{
		if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0)
		{
			settings_print_help(program);
			return true;
		}
		if (strcmp(argv[at], "--version") == 0 || strcmp(argv[at], "-V") == 0)
		{
			printf("%s %s\n", program->name, program->version);
			return true;
		}
	}
	return false;
}

/*
 * Loads the three sources, the weakest first.
 */
SettingsResult
settings_load(const Program *program, int argc, char **argv)
{
	if (answer_question(program, argc, argv))
		return SETTINGS_EXIT;
	if (load_defaults(program) && load_environment(program) &&
	    load_arguments(program, argc, argv))
		return SETTINGS_OK;
	return SETTINGS_ERROR;
}

/*
 * Prints one setting: its flag, what it is, its default, bounds and variable.
 */
static void
print_setting(const Setting *setting)
{
	static const char *const kinds[] = {"TEXT", "NUMBER", "on|off"};
	char variable[NAME_SIZE];

	environment_name(setting->name, variable, sizeof(variable));
	printf("  --%s %s\n      %s\n      ", setting->name, kinds[setting->type],
	       setting->help);
	if (setting->fallback == NULL)
		printf("no default");
	else
		printf("default %s%s%s", *setting->fallback ? setting->fallback : "\"\"",
		       setting->unit ? " " : "", setting->unit ? setting->unit : "");
	if (setting->type == SETTING_INT)
		printf(", from %d to %d", setting->min, setting->max);
	printf("; %s\n", variable);
}

/*
 * Prints the table.
 */
void
settings_print_help(const Program *program)
{
	printf("%s: %s\n\nUsage: %s [OPTION]...\n\n", program->name, program->summary,
	       program->name);
	printf(
		"Each option can also be given as the environment variable named beside it;\n"
		"the command line wins over it.\n\n");
	for (size_t i = 0; i < program->nsettings; i++)
		print_setting(&program->settings[i]);
	if (program->pass_through != NULL)
		printf("  -X KEY=VALUE\n      a setting of librdkafka, may be repeated\n");
	printf("  --version\n      print the version and exit\n"
	       "  --help\n      print this and exit\n");
}
