/*
 * stats.h
 *	  What is counted and logged of each request when it is over.
 */
#ifndef FRONTEND_STATS_H
#define FRONTEND_STATS_H

#include "frontend/request.h"

/* Registers the metrics of the routes of a service; once, before any request. */
extern void stats_init(Service service);

/*
 * Counts a request, and writes its line to the access log if that is on.
 * end: how it ended, "" when as it should.
 */
extern void stats_request(const Request *request, const char *end);

#endif /* FRONTEND_STATS_H */
