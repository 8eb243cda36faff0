/*
 * settings.h
 *	  One table of settings from which the command line, the environment and
 *	  --help all derive.
 *
 * A setting NAME ("db-connections") is read from the flag --NAME VALUE or
 * --NAME=VALUE, else from the environment variable RECEIPTS_NAME (upper case,
 * '-' as '_'), else from the table's default.
 */
#ifndef COMMON_SETTINGS_H
#define COMMON_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum SettingType
{
	SETTING_STRING, /* target: const char * */
	SETTING_INT,    /* target: int, between min and max */
	SETTING_BOOL    /* target: bool; on, off, true, false, 1, 0 */
} SettingType;

typedef struct Setting
{
	const char *name;
	SettingType type;
	void *target;
	const char *fallback; /* default, as text; NULL: none */
	int min;
	int max;
	const char *unit; /* for --help: "ms", "bytes"; NULL: none */
	const char *help; /* one line: what it is, which failure it bounds */
} Setting;

/*
 * Program description for --help and --version.
 */
typedef struct Program
{
	const char *name; /* "receipts-bridge relay" */
	const char *version;
	const char *summary; /* one sentence */
	const Setting *settings;
	size_t nsettings;

	/*
	 * Receives each "-X key=value" in order (librdkafka settings); returns
	 * false, having filled error, to refuse it.  NULL: -X is not taken.
	 */
	bool (*pass_through)(const char *key, const char *value, char *error,
	                     size_t error_size, void *arg);
	void *pass_through_arg;
} Program;

typedef enum SettingsResult
{
	SETTINGS_OK,
	SETTINGS_EXIT, /* --help or --version was printed: exit 0 */
	SETTINGS_ERROR /* a message went to stderr: exit 2 */
} SettingsResult;

/*
 * argv[0] is skipped: a program with a mode passes argc - 1 and argv + 1.  An
 * empty environment variable counts as not set.
 */
extern SettingsResult settings_load(const Program *program, int argc, char **argv);
extern void settings_print_help(const Program *program);

#endif /* COMMON_SETTINGS_H */
