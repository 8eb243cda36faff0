/*
 * main.c
 *	  receipts-bridge: the way of the receipts through Kafka.
 *
 * The first argument chooses the mode; each mode has settings of its own.
 */
#include "bridge/broker.h"
#include "bridge/relay.h"
#include "bridge/sink.h"
#include "bridge/topic.h"
#include "common/crashpoint.h"
#include "common/version.h"

#include <stdio.h>
#include <string.h>

typedef struct Mode
{
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} Mode;

static const Mode modes[] = {
	{"relay", relay_main, "publishes the producer's outbox to Kafka"},
	{"sink", sink_main, "stores Kafka's receipts in the consumer's database"},
	{"topic", topic_main, "waits for Kafka and makes the topic if it is missing"},
	{"broker", broker_main, "runs an in-memory broker, for a machine without Kafka"},
};

/*
 * Prints what there is.
 */
static void
print_help(FILE *out)
{
	fputs("receipts-bridge: the way of the receipts through Kafka\n\n"
	      "Usage: receipts-bridge MODE [SETTING]...\n\nModes:\n",
	      out);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		fprintf(out, "  %-8s%s\n", modes[i].name, modes[i].help);
	fputs("\nreceipts-bridge MODE --help lists the settings of a mode.\n", out);
}

/*
 * Runs the mode that the first argument names.
 */
int
main(int argc, char **argv)
{
	if (argc < 2)
	{
		print_help(stderr);
		return 2;
	}
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
	{
		if (strcmp(argv[1], modes[i].name) == 0)
			return modes[i].run(argc - 1, argv + 1);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
	{
		print_help(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
	{
		puts("receipts-bridge " RECEIPTS_VERSION);
		return 0;
	}
#ifdef RECEIPTS_CRASH_POINTS
	if (strcmp(argv[1], "--crash-points") == 0)
	{
		crashpoint_list();
		return 0;
	}
#endif
	fprintf(stderr, "receipts-bridge: unknown mode \"%s\"\n\n", argv[1]);
	print_help(stderr);
	return 2;
}
