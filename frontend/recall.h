/*
 * recall.h
 *	  The answer cache, applied to requests: which answers are kept, for whom, and
 *	  until when.
 *
 * Kept are answers of routes of kind ROUTE_FIGURES without "live", for the token
 * that got them: so nobody sees what another may.
 */
#ifndef FRONTEND_RECALL_H
#define FRONTEND_RECALL_H

#include "frontend/document.h"
#include "frontend/request.h"

/* Registers the metrics; once, before any request. */
extern void recall_init(Service service);

/*
 * Answers a request from the cache, if it can.  Its parameters are in; what is not
 * there may be kept when it has been made.
 */
extern bool recall_answer(Request *request);

/* To be called before the database is asked for what recall_answer() had not. */
extern void recall_begin(Request *request);

/* Keeps the answer; expires_in_ms: what is left to its token, or -1: no end is set. */
extern void recall_keep(const Request *request, Document *document,
                        int64_t expires_in_ms);

/* A request has changed something: no answer of before is given after its own. */
extern void recall_outdate(Frontend *frontend);

/* Brings the gauge up to date. */
extern void recall_fill_gauges(Frontend *frontend);

#endif /* FRONTEND_RECALL_H */
