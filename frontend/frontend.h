/*
 * frontend.h
 *	  What the threads of the program share.
 *
 * Threads: those of libmicrohttpd (one a listener) parse requests and send
 * replies; the workers own a database connection each; the watch listens for
 * changes of what is kept; the main thread keeps house (deadlines, shutdown).  A request belongs to libmicrohttpd's thread,
 * except from the moment it is suspended and queued until it is resumed: then it
 * belongs to whoever took it from the queue.
 */
#ifndef FRONTEND_FRONTEND_H
#define FRONTEND_FRONTEND_H

#include "frontend/answercache.h"
#include "frontend/body.h"
#include "frontend/database.h"
#include "frontend/gate.h"
#include "frontend/linger.h"
#include "frontend/options.h"
#include "frontend/queue.h"

#include <stdatomic.h>

typedef struct Frontend
{
	Options options;
	Queue *queue;
	BodyBudget budget;
	DatabaseState database;
	Linger *linger;
	Gate *gate;
	AnswerCache *cache;          /* NULL: nothing is kept */
	_Atomic int64_t uses_due_ms; /* when uses of tokens are to be written */
	_Atomic int active;    /* requests from their first line to their completion */
	_Atomic int connected; /* open connections of all listeners */
	atomic_bool draining;  /* a stop was requested */
} Frontend;

#endif /* FRONTEND_FRONTEND_H */
