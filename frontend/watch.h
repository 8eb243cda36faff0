/*
 * watch.h
 *	  Listens for changes of what the answer cache depends on, in a thread and on
 *	  a connection of its own, and vouches for the cache while it listens.
 *
 * PostgreSQL tells of a change (NOTIFY receipts_changed) when it commits.  A
 * connection may be dead without anybody noticing; so it is asked for a sign of
 * life every WATCH_BEAT_MS, and a cache that has had none for WATCH_TRUST_MS gives
 * no answers: that is the longest that one can be out of date.
 */
#ifndef FRONTEND_WATCH_H
#define FRONTEND_WATCH_H

#include "frontend/frontend.h"

#define WATCH_CHANNEL "receipts_changed"
#define WATCH_BEAT_MS 200
#define WATCH_TRUST_MS 800

typedef struct Watch Watch;

/* NULL when it could not be started. */
extern Watch *watch_start(Frontend *frontend);
extern void watch_stop(Watch *watch);

#endif /* FRONTEND_WATCH_H */
