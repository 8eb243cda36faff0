/*
 * identify.h
 *	  A worker's talk with the database about tokens: which ones it knows, and
 *	  when they were used last.
 *
 * A token is asked for when it is seen for the first time, together with the
 * others of its batch; its use is written a while later, with all that have been
 * used meanwhile.  So a request of a known token costs nothing here.
 */
#ifndef FRONTEND_IDENTIFY_H
#define FRONTEND_IDENTIFY_H

#include "common/pgarray.h"
#include "frontend/database.h"
#include "frontend/frontend.h"
#include "frontend/gate.h"
#include "frontend/request.h"

#include <stdbool.h>

/* How often uses are written, and how many in one statement. */
#define USES_EVERY_MS 10000
#define USES_MAX 1024

typedef struct Identifier
{
	Frontend *frontend;
	Database *database;
	Request **asked; /* of the batch; room for batch-rows */
	PgArray tokens;
	PgArray ages;
	GateUse uses[USES_MAX];
} Identifier;

extern bool identifier_init(Identifier *identifier, Frontend *frontend,
                            Database *database);
extern void identifier_free(Identifier *identifier);

/* Asks for the tokens of these jobs that the gate does not know. */
extern void identify_jobs(Identifier *identifier, Job *jobs);

/* Writes uses, if it is time to and no other worker does; all: before the end. */
extern void identify_write_uses(Identifier *identifier, bool all);

#endif /* FRONTEND_IDENTIFY_H */
