/*
 * log.c
 *	  The log; see log.h.
 *
 * A line is put together on the stack and written by one write(): no lock, no
 * allocation, and nothing lost in a buffer when the process is killed.
 */
#include "common/log.h"

#include "common/utf8.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const level_names[] = {"debug", "info", "warning", "error"};

/* Atomic because a reload may set it while other threads log. */
static _Atomic int least_level = LOG_INFO;

/*
 * Sets the least level by name, so that the names stand here alone.
 */
bool
log_set_level(const char *name)
{
	for (int level = LOG_DEBUG; level <= LOG_ERROR; level++)
	{
		if (strcmp(name, level_names[level]) == 0)
		{
			atomic_store(&least_level, level);
			return true;
		}
	}
	return false;
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
 * Whether the character of the given length is harmless as it is: printable
 * ASCII, or a UTF-8 character outside the C1 controls.
 */
static bool
is_harmless(const unsigned char *text, int length)
{
	if (length == 0)
		return false;
	if (length == 1)
		return text[0] >= 0x20 && text[0] != 0x7F;
	return !(text[0] == 0xC2 && text[1] < 0xA0);
}

/*
 * Escapes one byte into out, which has room for 5, and returns the length.
 */
static size_t
escape_byte(unsigned char byte, char *out)
{
	static const char digits[] = "0123456789abcdef";
	static const char named[] = "\n\r\t";
	const char *at = byte != 0 ? strchr(named, byte) : NULL;

	out[0] = '\\';
	if (at != NULL)
	{
		out[1] = "nrt"[at - named];
		return 2;
	}
	out[1] = 'x';
	out[2] = digits[byte >> 4];
	out[3] = digits[byte & 15];
	return 4;
}

/*
 * Copies or escapes the character at text, whose length in bytes it sets, into
 * out, which has room for 5.  Returns how much it wrote.
 */
static size_t
escape_character(const unsigned char *text, size_t available, char *out, int *step)
{
	*step = utf8_length(text, available);
	if (is_harmless(text, *step))
	{
		memcpy(out, text, (size_t) *step);
		return (size_t) *step;
	}
	*step = 1;
	return escape_byte(*text, out);
}

/*
 * Escapes a text; see log.h.  Four bytes stay free for "..." so that a cut is
 * always seen.  Plain ASCII, nearly all there is, takes the short way.
 */
size_t
log_escape(const char *text, size_t length, char *out, size_t size)
{
	const unsigned char *at = (const unsigned char *) text;
	const unsigned char *end = at + length;
	size_t used = 0;

	while (at < end)
	{
		char escaped[8] = {(char) *at};
		size_t grown = 1;
		int step = 1;

		if (*at < 0x20 || *at >= 0x7F)
			grown = escape_character(at, (size_t) (end - at), escaped, &step);
		if (used + grown + sizeof("...") > size)
		{
			memcpy(out + used, "...", sizeof("..."));
			return used + 3;
		}
		memcpy(out + used, escaped, grown);
		used += grown;
		at += step;
	}
	out[used] = '\0';
	return used;
}

/*
 * Writes "2026-01-31T12:00:00.123Z [pid] level: " and returns its length.
 */
static size_t
write_prefix(LogLevel level, char *line, size_t size)
{
	struct timespec now;
	struct tm utc;
	size_t used;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	used = strftime(line, size, "%Y-%m-%dT%H:%M:%S", &utc);
	used += (size_t) snprintf(line + used, size - used,
	                          ".%03ldZ [%ld] %s: ", now.tv_nsec / 1000000,
	                          (long) getpid(), level_names[level]);
	return used;
}

/*
 * Puts a line together and writes it.  A failing write has nowhere to be
 * reported, so it is ignored.
 */
static void
write_line(LogLevel level, const char *format, va_list arguments)
{
	char message[LOG_LINE_SIZE];
	char line[LOG_LINE_SIZE];
	size_t used;
	int length;

	length = vsnprintf(message, sizeof(message), format, arguments);
	if (length < 0)
		return;
	if ((size_t) length >= sizeof(message))
		length = (int) sizeof(message) - 1;
	used = write_prefix(level, line, sizeof(line));
	used += log_escape(message, (size_t) length, line + used, sizeof(line) - used);
	line[used++] = '\n';
	if (write(STDERR_FILENO, line, used) < 0)
		return;
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
