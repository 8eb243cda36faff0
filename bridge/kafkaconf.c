/*
 * kafkaconf.c
 *	  librdkafka settings; see kafkaconf.h.
 */
#include "bridge/kafkaconf.h"

#include "common/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Keys that -X must not touch, and what to use instead or why.
 */
static const KafkaSetting reserved[] = {
	{"bootstrap.servers", "use --brokers"},
	{"metadata.broker.list", "use --brokers"},
	{"group.id", "use --group"},
	{"queued.max.messages.kbytes", "use --queue-bytes"},
	{"enable.auto.commit", "the offsets that count are those in the database"},
	{"enable.auto.offset.store", "the offsets that count are those in the database"},
	{"auto.offset.reset",
     "an offset that Kafka no longer has must not be skipped over"},
	{"partition.assignment.strategy", "the sink relies on the eager protocol"},
	{"isolation.level", "the sink reads what is committed only"},
	{"enable.partition.eof", "the sink does not expect such events"},
	{"enable.idempotence", "the relay relies on it"},
	{"acks", "a receipt leaves the outbox only when every in-sync replica has it"},
	{"request.required.acks",
     "a receipt leaves the outbox only when every in-sync replica has it"},
	{"delivery.report.only.error", "the relay needs every report"},
	{"transactional.id", "the relay does not use transactions"},
	{"enable.gapless.guarantee", "the relay fetches a refused receipt again by itself"},
	{"statistics.interval.ms", "health rests on it"},
	{"log.queue", "librdkafka's log goes to ours"},
	{NULL, NULL}};

/*
 * Looks up why a key is reserved; NULL if it is not.
 */
static const char *
reserved_reason(const char *key)
{
	for (const KafkaSetting *r = reserved; r->key != NULL; r++)
	{
		if (strcmp(r->key, key) == 0)
			return r->value;
	}
	return NULL;
}

/*
 * See kafkaconf.h.  The value is tried on a scratch configuration, so that a
 * mistake is named at start and not when the broker is first needed.
 */
bool
kafka_pass(const char *key, const char *value, char *error, size_t error_size,
           void *arg)
{
	KafkaPassed *passed = arg;
	const char *reason = reserved_reason(key);
	KafkaSetting *item;
	rd_kafka_conf_t *scratch;
	rd_kafka_conf_res_t result;

	if (reason != NULL)
	{
		snprintf(error, error_size, "\"%s\" cannot be set: %s", key, reason);
		return false;
	}
	if (passed->count == KAFKA_PASSED_MAX)
	{
		snprintf(error, error_size, "more than %d settings", KAFKA_PASSED_MAX);
		return false;
	}
	scratch = rd_kafka_conf_new();
	result = rd_kafka_conf_set(scratch, key, value, error, error_size);
	rd_kafka_conf_destroy(scratch);
	if (result != RD_KAFKA_CONF_OK)
		return false;
	item = &passed->items[passed->count];
	item->key = strdup(key);
	item->value = strdup(value);
	passed->count++;
	return true;
}

/*
 * See kafkaconf.h.
 */
void
kafka_passed_free(KafkaPassed *passed)
{
	for (int i = 0; i < passed->count; i++)
	{
		free((char *) passed->items[i].key);
		free((char *) passed->items[i].value);
	}
	passed->count = 0;
}

/*
 * Sets one key.  The value is not logged: it may be a password.
 */
static bool
set_one(rd_kafka_conf_t *conf, const KafkaSetting *setting)
{
	char error[512];

	if (rd_kafka_conf_set(conf, setting->key, setting->value, error, sizeof(error)) ==
	    RD_KAFKA_CONF_OK)
		return true;
	log_error("could not set librdkafka's \"%s\": %s", setting->key, error);
	return false;
}

/*
 * See kafkaconf.h.
 */
rd_kafka_conf_t *
kafka_conf_new(const KafkaSetting *defaults, const KafkaPassed *passed,
               const KafkaSetting *fixed)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	bool good = true;

	for (; defaults->key != NULL && good; defaults++)
		good = set_one(conf, defaults);
	for (int i = 0; i < passed->count && good; i++)
		good = set_one(conf, &passed->items[i]);
	for (; fixed->key != NULL && good; fixed++)
		good = set_one(conf, fixed);
	if (good)
		return conf;
	rd_kafka_conf_destroy(conf);
	return NULL;
}
