/*
 * options.h
 *	  The settings of receipts-frontend, with every default in one place and the
 *	  failure that each bounds.
 */
#ifndef FRONTEND_OPTIONS_H
#define FRONTEND_OPTIONS_H

#include "common/settings.h"
#include "frontend/cors.h"
#include "frontend/forwarded.h"
#include "frontend/route.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct Options
{
	Service service;

	/* Where to listen and whom to ask. */
	const char *listen;
	const char *admin_listen; /* NULL: no listener of its own for health */
	const char *dsn;
	const char *trusted_proxies;
	const char *cors_origins;
	const char *tls_certificate; /* NULL: plain HTTP */
	const char *tls_key;

	/* Work. */
	int db_connections;
	int db_grace_ms;
	int statement_timeout_ms;
	int queue_rows;
	int queue_bytes;
	int batch_rows;
	int batch_bytes;
	int answer_cache; /* bytes; 0: none, as at the producer */
	int batch_gather_ms;

	/* Clients. */
	int max_body;
	int max_batch;
	int connection_limit;
	int per_address_limit;
	int idle_timeout_s;
	int request_timeout_s;
	int memory_limit;
	int thread_stack;
	int rate_limit;    /* a minute and token; 0: none */
	int auth_failures; /* a minute and address; 0: no limit */

	/* The process. */
	int shutdown_timeout_s;
	bool access_log;
	const char *log_level;
	const char *log_format;

	/* Derived. */
	Networks trusted; /* trusted_proxies, parsed */
	Origins origins;  /* cors_origins, parsed */
} Options;

/*
 * Reads the settings of a service from the command line and the environment
 * and checks how they fit together.  argv[0] is skipped.
 */
extern SettingsResult options_load(Options *options, Service service, int argc,
                                   char **argv);

#endif /* FRONTEND_OPTIONS_H */
