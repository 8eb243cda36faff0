/*
 * log.h
 *	  Lines on stderr: time (UTC), level, pid, message and perhaps more fields;
 *	  whole lines a write(), so that those of several threads never mix.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include "common/logline.h"

#include <stdbool.h>

typedef enum LogLevel
{
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARNING,
	LOG_ERROR
} LogLevel;

/* Sets the least level that is written: "debug", "info", "warning", "error". */
extern bool log_set_level(const char *name);
extern bool log_enabled(LogLevel level);

/* Sets the form of the lines: "logfmt" or "json". */
extern bool log_set_format(const char *name);

extern void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * A line with fields of its own: what is added between the two by logline_text()
 * and its like.  Ask log_enabled() first.
 */
extern void log_begin(LogLine *line, LogLevel level, const char *message);
extern void log_end(LogLine *line);

/*
 * Ends a line that may be written a little later, in one write() with others: for
 * lines of which there are thousands a second.  log_flush() writes what is left; it
 * is to be called often, and at the end.  Lines in time order stay so.
 */
extern void log_end_later(LogLine *line);
extern void log_flush(void);

/* An error, without the time, which a signal handler cannot write. */
extern void log_from_handler(const char *message);

#endif /* COMMON_LOG_H */
