/*
 * stop.c
 *	  The shutdown protocol; see stop.h.
 *
 * Everything a handler touches is a sig_atomic_t or async-signal-safe.
 */
#include "common/stop.h"

#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The exit code of a drain that was cut short, as timeout(1) uses it. */
#define EXIT_CUT_SHORT 124

static volatile sig_atomic_t stop_flag = 0;
static volatile sig_atomic_t reload_flag = 0;
static volatile sig_atomic_t drain_limit_s = 0;
static int stop_pipe[2] = {-1, -1};

/*
 * Says so and leaves.
 */
static void
cut_short(void)
{
	log_from_handler("shutdown cut short, exit 124");
	_exit(EXIT_CUT_SHORT);
}

/*
 * SIGTERM and SIGINT: the first asks for a drain and starts its clock, the
 * second ends it.
 */
static void
handle_stop(int signal_number)
{
	int saved_errno = errno;
	ssize_t written;

	(void) signal_number;
	if (stop_flag)
		cut_short();
	stop_flag = 1;
	if (drain_limit_s > 0)
		alarm((unsigned int) drain_limit_s);
	written = write(stop_pipe[1], "s", 1);
	(void) written;
	errno = saved_errno;
}

/*
 * SIGALRM: the drain took too long.
 */
static void
handle_alarm(int signal_number)
{
	(void) signal_number;
	cut_short();
}

/*
 * SIGHUP: reload.
 */
static void
handle_reload(int signal_number)
{
	(void) signal_number;
	reload_flag = 1;
}

/*
 * Installs one handler.  SA_RESTART, so that no library in another thread sees
 * an interrupted call.
 */
static void
install(int signal_number, void (*handler)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = SA_RESTART;
	sigemptyset(&action.sa_mask);
	sigaction(signal_number, &action, NULL);
}

/*
 * Installs all handlers.  The pipe is made once and stays for good.
 */
void
stop_install(int limit_s)
{
	drain_limit_s = limit_s;
	if (stop_pipe[0] < 0 && pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
	{
		log_error("could not create a pipe: %s", strerror(errno));
		exit(1);
	}
	install(SIGTERM, handle_stop);
	install(SIGINT, handle_stop);
	install(SIGALRM, handle_alarm);
	install(SIGHUP, handle_reload);
	install(SIGPIPE, SIG_IGN);
}

/*
 * Whether the first signal has come.
 */
bool
stop_requested(void)
{
	return stop_flag != 0;
}

/*
 * The reading end of the pipe.  Nobody reads it, so it stays readable.
 */
int
stop_fd(void)
{
	return stop_pipe[0];
}

/*
 * Takes a pending reload, if any.
 */
bool
stop_take_reload(void)
{
	if (!reload_flag)
		return false;
	reload_flag = 0;
	return true;
}
