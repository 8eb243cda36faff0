/*
 * kafkalog.h
 *	  librdkafka's log lines in ours, each only once per state.
 *
 * While a broker is away librdkafka repeats itself for as long as it lasts.  Here
 * a warning or an error is written when it is new and then only at level debug,
 * until kafkalog_forget() says that the state has changed.  Thread-safe.
 */
#ifndef BRIDGE_KAFKALOG_H
#define BRIDGE_KAFKALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KAFKALOG_REMEMBERED 64

/* The lines written in this state, by hash; zero: free.  Starts as all zeros. */
typedef struct KafkaLog
{
	_Atomic uint64_t seen[KAFKALOG_REMEMBERED];
	_Atomic unsigned int next;
} KafkaLog;

/*
 * Takes a line: level as syslog's (3 error, 4 warning, 7 debug).
 */
extern void kafkalog_line(KafkaLog *log, int level, const char *line);

/* An error in our own words; the same rule. */
extern void kafkalog_error(KafkaLog *log, const char *line);

/* The state has changed: what is said now is news again. */
extern void kafkalog_forget(KafkaLog *log);

/*
 * True when the line was not seen in this state; it is then remembered.  What
 * differs between repetitions (times, counts) is left out of the comparison.
 */
extern bool kafkalog_is_new(KafkaLog *log, const char *line);

#endif /* BRIDGE_KAFKALOG_H */
