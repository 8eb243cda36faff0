/*
 * stop.h
 *	  The shutdown protocol shared by all programs: SIGTERM or SIGINT asks for a
 *	  drain (stop accepting, finish what is in flight, close, exit 0); a second
 *	  one, or the time limit, ends the process at once (exit 124).
 *
 * Handlers only set flags and write a byte to a pipe that event loops poll.
 */
#ifndef COMMON_STOP_H
#define COMMON_STOP_H

#include <stdbool.h>

/* Installs the handlers; SIGPIPE is ignored. limit_s bounds the drain; 0: no limit. */
extern void stop_install(int limit_s);

extern bool stop_requested(void);

/* A descriptor that becomes readable once a stop was requested. */
extern int stop_fd(void);

/* True once after each SIGHUP (reload). */
extern bool stop_take_reload(void);

#endif /* COMMON_STOP_H */
