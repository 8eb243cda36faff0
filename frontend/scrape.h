/*
 * scrape.h
 *	  The text of /metrics: our own numbers, then those of the database.
 */
#ifndef FRONTEND_SCRAPE_H
#define FRONTEND_SCRAPE_H

#include "frontend/request.h"

#include <libpq-fe.h>

/* How long a scrape waits for the database: in the queue, and for its answer. */
#define SCRAPE_MS 1000

/* Registers the gauges that a scrape fills. */
extern void scrape_init(void);

/*
 * Answers /metrics.  rows: name, type, help, labels, value, ordered by name; NULL
 * when the database did not answer, which the text then says.
 */
extern void scrape_reply(Request *request, const PGresult *rows);

#endif /* FRONTEND_SCRAPE_H */
