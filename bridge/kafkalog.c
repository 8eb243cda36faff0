/*
 * kafkalog.c
 *	  librdkafka's log lines in ours; see kafkalog.h.
 */
#include "bridge/kafkalog.h"

#include "common/log.h"

#include <ctype.h>
#include <string.h>

/* Levels of syslog, which librdkafka uses; <syslog.h> would clash with log.h. */
#define SYSLOG_WARNING 4
#define SYSLOG_DEBUG 7

/*
 * Hashes what says the same each time (FNV-1a): without numbers, and without the
 * "(after 12ms in state CONNECT, 30 identical error(s) suppressed)" at the end.
 * Never zero, which means a free place.
 */
static uint64_t
hash_line(const char *line)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	const char *end = strstr(line, " (after ");

	if (end == NULL)
		end = line + strlen(line);
	for (; line < end; line++)
	{
		if (isdigit((unsigned char) *line))
			continue;
		hash = (hash ^ (unsigned char) *line) * UINT64_C(1099511628211);
	}
	return hash != 0 ? hash : 1;
}

/*
 * See kafkalog.h.  When the table is full the oldest place is taken over: at
 * worst a line is written once more.
 */
bool
kafkalog_is_new(KafkaLog *log, const char *line)
{
	uint64_t hash = hash_line(line);

	for (int i = 0; i < KAFKALOG_REMEMBERED; i++)
	{
		if (log->seen[i] == hash)
			return false;
	}
	log->seen[log->next++ % KAFKALOG_REMEMBERED] = hash;
	return true;
}

/*
 * See kafkalog.h.
 */
void
kafkalog_forget(KafkaLog *log)
{
	for (int i = 0; i < KAFKALOG_REMEMBERED; i++)
		log->seen[i] = 0;
}

/*
 * See kafkalog.h.
 */
void
kafkalog_line(KafkaLog *log, int level, const char *line)
{
	if (level >= SYSLOG_DEBUG)
		log_debug("librdkafka: %s", line);
	else if (level > SYSLOG_WARNING)
		log_info("librdkafka: %s", line);
	else if (!kafkalog_is_new(log, line))
		log_debug("librdkafka, again: %s", line);
	else if (level == SYSLOG_WARNING)
		log_warning("librdkafka: %s", line);
	else
		log_error("librdkafka: %s", line);
}

/*
 * Writes an error of ours once per state.
 */
void
kafkalog_error(KafkaLog *log, const char *line)
{
	if (kafkalog_is_new(log, line))
		log_error("%s", line);
	else
		log_debug("again: %s", line);
}
