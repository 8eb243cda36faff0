/*
 * worker.h
 *	  The threads that own the database connections and work off the queue.
 */
#ifndef FRONTEND_WORKER_H
#define FRONTEND_WORKER_H

#include "frontend/frontend.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Workers Workers;

/* Registers the workers' metrics; once, before the first worker. */
extern void workers_init(void);

/* Starts them; NULL, after an error line, when that fails. */
extern Workers *workers_start(Frontend *frontend);

/* Waits until they have worked off the closed queue, and frees them. */
extern void workers_stop(Workers *workers);

/*
 * Answers without the database what waits for it in vain: jobs past their
 * deadline, and all of them while the database is away.  The main thread calls
 * this often.
 */
extern void workers_sweep(Frontend *frontend, int64_t now_ms);

#endif /* FRONTEND_WORKER_H */
