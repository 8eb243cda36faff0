/*
 * crashpoint.c
 *	  Places at which a debug build can be told to die; see crashpoint.h.
 */
#include "common/crashpoint.h"

#ifdef RECEIPTS_CRASH_POINTS

#include "common/log.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The bounds of the section, from the linker. */
extern const char *const __start_crash_points[];
extern const char *const __stop_crash_points[];

/*
 * See crashpoint.h.  The line in the log is the proof that the point was reached.
 */
void
crashpoint_reached(const char *name)
{
	static bool stopped;
	const char *wanted = getenv("RECEIPTS_CRASH_POINT");
	size_t len = strlen(name);

	if (wanted == NULL || strncmp(wanted, name, len) != 0)
		return;
	if (wanted[len] == '\0')
	{
		log_warning("crash point %s reached: aborting", name);
		abort();
	}
	if (strcmp(wanted + len, ":stop") == 0 && !stopped)
	{
		stopped = true;
		log_warning("crash point %s reached: stopping", name);
		raise(SIGSTOP);
	}
}

/*
 * See crashpoint.h.
 */
void
crashpoint_list(void)
{
	for (const char *const *name = __start_crash_points; name < __stop_crash_points;
	     name++)
		puts(*name);
}

#endif
