/*
 * logline.h
 *	  One line of the log, as fields: logfmt (time=… level=info msg="…") or a JSON
 *	  object.
 *
 * No text can forge a line or a field: strings are quoted as in JSON, in both
 * forms, and what is not UTF-8 becomes U+FFFD.  Strings that do not fit are cut
 * and end in "..."; fields that do not fit at all are left out.  So every line can
 * be parsed.  Nothing here allocates or locks, and all may run in a signal handler.
 */
#ifndef COMMON_LOGLINE_H
#define COMMON_LOGLINE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The longest line, its newline included.  4096 is the size up to which a
 * write() to a pipe is atomic.
 */
#define LOG_LINE_SIZE 4096

typedef enum LogFormat
{
	LOG_LOGFMT,
	LOG_JSON
} LogFormat;

typedef struct LogLine
{
	LogFormat format;
	size_t used;
	char text[LOG_LINE_SIZE];
} LogLine;

extern void logline_begin(LogLine *line, LogFormat format);

/* name: of letters and underscores. */
extern void logline_text(LogLine *line, const char *name, const char *value);

/* The first length bytes of a text. */
extern void logline_bytes(LogLine *line, const char *name, const char *value,
                          size_t length);

extern void logline_number(LogLine *line, const char *name, int64_t value);

/* Microseconds as milliseconds with three decimals. */
extern void logline_millis(LogLine *line, const char *name, int64_t microseconds);

/* Closes the line with its newline; it is text, used bytes of it. */
extern void logline_end(LogLine *line);

#endif /* COMMON_LOGLINE_H */
