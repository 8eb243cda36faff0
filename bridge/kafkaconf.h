/*
 * kafkaconf.h
 *	  librdkafka settings: our defaults, what the operator passes with
 *	  -X key=value, and what is fixed because exactness rests on it.
 */
#ifndef BRIDGE_KAFKACONF_H
#define BRIDGE_KAFKACONF_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>

/* A key and a value; a list ends with a NULL key. */
typedef struct KafkaSetting
{
	const char *key;
	const char *value;
} KafkaSetting;

#define KAFKA_PASSED_MAX 64

/* The -X settings of the command line, in order; the strings are copies. */
typedef struct KafkaPassed
{
	int count;
	KafkaSetting items[KAFKA_PASSED_MAX];
} KafkaPassed;

/*
 * Takes one -X setting.  False, with the reason in error, for a key that
 * librdkafka does not know, a value that it does not take, and a key that is ours.
 * (The shape is that of Program.pass_through; arg is a KafkaPassed.)
 */
extern bool kafka_pass(const char *key, const char *value, char *error,
                       size_t error_size, void *arg);

/* Frees the copies. */
extern void kafka_passed_free(KafkaPassed *passed);

/*
 * Makes a configuration: the defaults, then what was passed, then the fixed
 * settings.  NULL, with the reason logged, when librdkafka refuses one.
 */
extern rd_kafka_conf_t *kafka_conf_new(const KafkaSetting *defaults,
                                       const KafkaPassed *passed,
                                       const KafkaSetting *fixed);

#endif /* BRIDGE_KAFKACONF_H */
