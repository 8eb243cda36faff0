/*
 * health.h
 *	  What the bridge tells about itself on its admin listener: /readyz from a few
 *	  flags, which the worker's thread sets and the listener's thread reads, and
 *	  /metrics.
 */
#ifndef BRIDGE_HEALTH_H
#define BRIDGE_HEALTH_H

#include "common/adminhttp.h"
#include "common/metrics.h"

#include <stdatomic.h>
#include <stdbool.h>

typedef struct Health
{
	atomic_bool database_up;
	atomic_bool broker_up;
	_Atomic(const char *) obstacle; /* why it does not do its work; NULL: it does */

	Metric *database_gauge;
	Metric *broker_gauge;
} Health;

/* prefix: "receipts_relay". Registers PREFIX_database_up and PREFIX_broker_up. */
extern void health_init(Health *health, const char *prefix, const char *obstacle);

extern void health_set_database(Health *health, bool up);
extern void health_set_broker(Health *health, bool up);

/* Starts the listener; NULL when the address cannot be listened on (logged). */
extern AdminHttp *health_listen(Health *health, const char *address);

#endif /* BRIDGE_HEALTH_H */
