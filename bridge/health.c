/*
 * health.c
 *	  What the bridge tells about itself; see health.h.
 */
#include "bridge/health.h"

#include <stdio.h>
#include <string.h>

/*
 * Registers a gauge PREFIX_NAME.
 */
static Metric *
prefixed_gauge(const char *prefix, const char *name, const char *help)
{
	char full[128];

	snprintf(full, sizeof(full), "%s_%s", prefix, name);
	return metric_gauge(full, help, NULL);
}

/*
 * See health.h.  Everything counts as away until it has answered.
 */
void
health_init(Health *health, const char *prefix, const char *obstacle)
{
	memset(health, 0, sizeof(*health));
	health->obstacle = obstacle;
	health->database_gauge = prefixed_gauge(prefix, "database_up",
	                                        "1 while connected to PostgreSQL, else 0.");
	health->broker_gauge =
		prefixed_gauge(prefix, "broker_up", "1 while a Kafka broker answers, else 0.");
}

/*
 * Notes whether PostgreSQL is there.
 */
void
health_set_database(Health *health, bool up)
{
	health->database_up = up;
	metric_set(health->database_gauge, up);
}

/*
 * Notes whether Kafka is there.
 */
void
health_set_broker(Health *health, bool up)
{
	health->broker_up = up;
	metric_set(health->broker_gauge, up);
}

/*
 * Answers /readyz.
 */
static bool
ready(char *reason, size_t size, void *arg)
{
	Health *health = arg;
	const char *missing = NULL;

	if (!health->database_up)
		missing = "PostgreSQL cannot be reached";
	else if (!health->broker_up)
		missing = "Kafka cannot be reached";
	else
		missing = health->obstacle;
	if (missing == NULL)
		return true;
	snprintf(reason, size, "%s", missing);
	return false;
}

/*
 * See health.h.
 */
AdminHttp *
health_listen(Health *health, const char *address)
{
	const AdminHandlers handlers = {.ready = ready, .arg = health};

	return adminhttp_start(address, &handlers);
}
