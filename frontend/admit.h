/*
 * admit.h
 *	  What the gate says, applied to requests and their replies.
 */
#ifndef FRONTEND_ADMIT_H
#define FRONTEND_ADMIT_H

#include "frontend/request.h"

#include <microhttpd.h>

/* Registers the metrics; once, before any request. */
extern void admit_init(void);

/*
 * Asks the gate about a request whose route is known: PROBLEM_NONE, or why it is
 * kept out.
 */
extern ProblemCode admit_request(Request *request);

/* Seconds for Retry-After of a request that was kept out. */
extern int admit_retry_after(const Request *request);

/* Adds RateLimit and RateLimit-Policy for a token that has a limit. */
extern void admit_add_headers(const Request *request, struct MHD_Response *response);

/* Counts the further receipts of a batch, beyond the one of the request itself. */
extern void admit_charge(const Request *request, int64_t count);

/* A request is over: an answer 401 is a failed attempt. */
extern void admit_finish(const Request *request);

#endif /* FRONTEND_ADMIT_H */
