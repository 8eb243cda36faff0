/*
 * adminhttp.h
 *	  A small listener for /livez, /readyz and /metrics, for programs that serve
 *	  nothing else, or that want these on a port of their own.
 */
#ifndef COMMON_ADMINHTTP_H
#define COMMON_ADMINHTTP_H

#include "common/listen.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct AdminHttp AdminHttp;

typedef struct AdminHandlers
{
	/* Fills reason (one line) when not ready. Called from the listener's thread. */
	bool (*ready)(char *reason, size_t size, void *arg);

	/* Writes further samples after those of metrics_write(); may be NULL. */
	void (*more_metrics)(FILE *out, void *arg);
	void *arg;
} AdminHandlers;

/* Content type of the Prometheus text format. */
#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/*
 * address: "HOST:PORT", "[::1]:PORT" or ":PORT".  Returns NULL, after an error
 * line that names the address, when it cannot be listened on.  The handlers
 * are copied.
 */
extern AdminHttp *adminhttp_start(const char *address, const AdminHandlers *handlers);
extern void adminhttp_stop(AdminHttp *admin);

/* The address really listened on, which shows the port behind port 0. */
extern const char *adminhttp_name(const AdminHttp *admin);

#endif /* COMMON_ADMINHTTP_H */
