/*
 * log.h
 *	  Lines on stderr: time (UTC), pid, level, message; one write() a line, so
 *	  that lines of several threads never mix.  Control characters are escaped.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

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

extern void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* COMMON_LOG_H */
