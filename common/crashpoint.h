/*
 * crashpoint.h
 *	  Places at which a debug build can be told to die.
 *
 * CRASH_POINT("sink-before-ingest") stands between two steps after either of
 * which a process may end for good, so that a test can end it just there:
 *
 *	 RECEIPTS_CRASH_POINT=sink-before-ingest        abort() there
 *	 RECEIPTS_CRASH_POINT=sink-before-ingest:stop   SIGSTOP there, once: what
 *	                                                SIGCONT wakes is stale
 *
 * Each use enters its name in a section of the executable, by which the list of
 * all of them makes itself: "receipts-bridge --crash-points".
 *
 * Only BUILD=debug defines RECEIPTS_CRASH_POINTS; elsewhere the macro is nothing.
 */
#ifndef COMMON_CRASHPOINT_H
#define COMMON_CRASHPOINT_H

#ifdef RECEIPTS_CRASH_POINTS

#define CRASH_POINT(name)                                                              \
	do                                                                                 \
	{                                                                                  \
		static const char *const crash_point_name                                      \
			__attribute__((section("crash_points"), used)) = (name);                   \
		crashpoint_reached(crash_point_name);                                          \
	} while (0)

/* Dies or stops if the environment names this point. */
extern void crashpoint_reached(const char *name);

/* Prints the names of all points in the program, one a line. */
extern void crashpoint_list(void);

#else
#define CRASH_POINT(name) ((void) 0)
#endif

#endif /* COMMON_CRASHPOINT_H */
