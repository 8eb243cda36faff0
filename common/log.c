/*
 * log.c
 *	  The log; see log.h.
 *
 * A line is put together on the stack and written by one write(), so that nothing
 * is lost in a buffer when the process is killed; but for those of log_end_later(),
 * which wait for one another.
 */
#include "common/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const level_names[] = {"debug", "info", "warning", "error"};
static const char *const format_names[] = {"logfmt", "json"};

/* Atomic because threads may log while they are set. */
static _Atomic int least_level = LOG_INFO;
static _Atomic int line_format = LOG_LOGFMT;

/*
 * Sets what a name stands for.
 */
static bool
set_by_name(_Atomic int *setting, const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
	{
		if (strcmp(name, names[i]) == 0)
		{
			atomic_store(setting, i);
			return true;
		}
	}
	return false;
}

/*
 * Sets the least level by name, so that the names stand here alone.
 */
bool
log_set_level(const char *name)
{
	return set_by_name(&least_level, level_names, LOG_ERROR + 1, name);
}

/*
 * Sets the form by name.
 */
bool
log_set_format(const char *name)
{
	return set_by_name(&line_format, format_names, LOG_JSON + 1, name);
}

/*
 * Lets a caller skip the work of building a line that would not be written.
 */
bool
log_enabled(LogLevel level)
{
	return (int) level >= atomic_load_explicit(&least_level, memory_order_relaxed);
}

/*
 * Adds the time: "2026-01-31T12:00:00.123Z".  What changes once a second is kept
 * until then, by each thread for itself.
 */
static void
add_time(LogLine *line)
{
	static _Thread_local time_t second = -1;
	static _Thread_local char text[40];
	static _Thread_local size_t used;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec != second)
	{
		struct tm utc;

		second = now.tv_sec;
		gmtime_r(&second, &utc);
		used =
			strftime(text, sizeof(text) - sizeof(".000Z"), "%Y-%m-%dT%H:%M:%S", &utc);
		memcpy(text + used, ".000Z", sizeof(".000Z"));
	}
	text[used + 1] = (char) ('0' + now.tv_nsec / 100000000);
	text[used + 2] = (char) ('0' + now.tv_nsec / 10000000 % 10);
	text[used + 3] = (char) ('0' + now.tv_nsec / 1000000 % 10);
	logline_text(line, "time", text);
}

/*
 * Gives the process id, asked for once: each getpid() is a system call.
 */
static int
process_id(void)
{
	static _Atomic int known = 0;

	if (atomic_load_explicit(&known, memory_order_relaxed) == 0)
		atomic_store(&known, (int) getpid());
	return atomic_load_explicit(&known, memory_order_relaxed);
}

/*
 * Starts a line with what all lines have.
 */
void
log_begin(LogLine *line, LogLevel level, const char *message)
{
	logline_begin(line, (LogFormat) atomic_load(&line_format));
	add_time(line);
	logline_text(line, "level", level_names[level]);
	logline_number(line, "pid", process_id());
	logline_text(line, "msg", message);
}

/*
 * Lines that wait: no more than a write() to a pipe keeps whole.
 */
static struct
{
	pthread_mutex_t lock;
	size_t used;
	char text[LOG_LINE_SIZE];
} waiting = {.lock = PTHREAD_MUTEX_INITIALIZER};

/*
 * Writes.  A failing write has nowhere to be reported, so it is ignored.
 */
static void
write_out(const char *text, size_t length)
{
	ssize_t written = write(STDERR_FILENO, text, length);

	(void) written;
}

/*
 * Writes what waits; the lock is held.
 */
static void
write_waiting(void)
{
	if (waiting.used > 0)
		write_out(waiting.text, waiting.used);
	waiting.used = 0;
}

/*
 * Writes what waits.
 */
void
log_flush(void)
{
	pthread_mutex_lock(&waiting.lock);
	write_waiting();
	pthread_mutex_unlock(&waiting.lock);
}

/*
 * Writes a line, after those that wait.
 */
void
log_end(LogLine *line)
{
	logline_end(line);
	log_flush();
	write_out(line->text, line->used);
}

/*
 * Adds a line to those that wait, which make way when there is no room.
 */
void
log_end_later(LogLine *line)
{
	logline_end(line);
	pthread_mutex_lock(&waiting.lock);
	if (waiting.used + line->used > sizeof(waiting.text))
		write_waiting();
	memcpy(waiting.text + waiting.used, line->text, line->used);
	waiting.used += line->used;
	pthread_mutex_unlock(&waiting.lock);
}

/*
 * Writes a line that is just a message.
 */
static void
write_line(LogLevel level, const char *format, va_list arguments)
{
	char message[LOG_LINE_SIZE];
	LogLine line;

	if (vsnprintf(message, sizeof(message), format, arguments) < 0)
		return;
	log_begin(&line, level, message);
	log_end(&line);
}

/*
 * Writes a line from a signal handler.
 */
void
log_from_handler(const char *message)
{
	LogLine line;

	logline_begin(&line, (LogFormat) atomic_load(&line_format));
	logline_text(&line, "level", level_names[LOG_ERROR]);
	logline_text(&line, "msg", message);
	logline_end(&line);
	write_out(line.text, line.used); /* takes no lock */
}

/*
 * The four levels differ in nothing but the level.
 */
#define DEFINE_LOG_FUNCTION(name, level)                                               \
	void name(const char *format, ...)                                                 \
	{                                                                                  \
		va_list arguments;                                                             \
		if (!log_enabled(level))                                                       \
			return;                                                                    \
		va_start(arguments, format);                                                   \
		write_line(level, format, arguments);                                          \
		va_end(arguments);                                                             \
	}

DEFINE_LOG_FUNCTION(log_debug, LOG_DEBUG)
DEFINE_LOG_FUNCTION(log_info, LOG_INFO)
DEFINE_LOG_FUNCTION(log_warning, LOG_WARNING)
DEFINE_LOG_FUNCTION(log_error, LOG_ERROR)
