/*
 * waiter.h
 *	  The one place where the relay and the sink sleep: until PostgreSQL or Kafka
 *	  has something, a stop is asked for, or the time is up.
 */
#ifndef BRIDGE_WAITER_H
#define BRIDGE_WAITER_H

#include "bridge/health.h"
#include "bridge/kafkaclient.h"
#include "common/pglink.h"

#include <stdbool.h>
#include <stdint.h>

/* Nobody sleeps longer, so that no forgotten timer lasts. */
#define WAITER_LONGEST_MS 5000

/*
 * Sleeps until deadline_ms (of clock_ms()) at most.  Afterwards Kafka's wake-ups
 * are taken, input of PostgreSQL is read in, and a connection found dead dropped.
 * stopping: a stop is being carried out, so its descriptor is no news.
 */
extern void waiter_sleep(PgLink *link, KafkaClient *kafka, int64_t deadline_ms,
                         bool stopping);

#endif /* BRIDGE_WAITER_H */
