/*
 * adminhttp.h
 *	  A small listener for /livez, /readyz and /metrics, for programs that serve
 *	  nothing else, or that want these on a port of their own.
 */
#ifndef COMMON_ADMINHTTP_H
#define COMMON_ADMINHTTP_H

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

/*
 * address: "HOST:PORT", "[::1]:PORT" or ":PORT".  Returns NULL, after an error
 * line that names the address, when it cannot be listened on.
 */
extern AdminHttp *adminhttp_start(const char *address, const AdminHandlers *handlers);
extern void adminhttp_stop(AdminHttp *admin);

/* Splits "HOST:PORT"; false when it is not of that form. */
extern bool address_parse(const char *address, char *host, size_t host_size, int *port);

#endif /* COMMON_ADMINHTTP_H */
