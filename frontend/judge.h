/*
 * judge.h
 *	  Judges a request by its headers, before any of its body is read.
 */
#ifndef FRONTEND_JUDGE_H
#define FRONTEND_JUDGE_H

#include "frontend/request.h"

typedef enum Verdict
{
	VERDICT_READ,      /* go on; a refusal, if any, stands in the request */
	VERDICT_REFUSE_NOW /* answer the refusal at once and end the connection */
} Verdict;

/*
 * Routes the request among what the listener serves, and notes why it has to be
 * refused, if so.
 */
extern Verdict judge_request(Request *request, Service service);

#endif /* FRONTEND_JUDGE_H */
