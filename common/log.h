/*
 * log.h
 *	  Lines on stderr: time (UTC), pid, level, message; one write() a line, so
 *	  that lines of several threads never mix.  Control characters are escaped.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdbool.h>
#include <stddef.h>

typedef enum LogLevel
{
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARNING,
	LOG_ERROR
} LogLevel;

/*
 * The longest line, its newline included.  4096 is the size up to which a
 * write() to a pipe is atomic; what is longer ends in "...".
 */
#define LOG_LINE_SIZE 4096

/* Sets the least level that is written: "debug", "info", "warning", "error". */
extern bool log_set_level(const char *name);
extern bool log_enabled(LogLevel level);

extern void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Writes text so that it is harmless in a log: "\n" for a newline, "\x1b" for
 * other control characters and for bytes that are not UTF-8.  Returns the
 * length written, always less than size; what does not fit ends in "...".
 */
extern size_t log_escape(const char *text, size_t length, char *out, size_t size);

#endif /* COMMON_LOG_H */
