/*
 * upload.h
 *	  The body of POST /api/checks/batch/: taken in while it arrives, sent to the
 *	  database a chunk of receipts at a time, answered when it has ended.
 *
 * While a chunk is with a worker, the request is suspended, so that no more of
 * the body is read than can be held: back-pressure up to the client.  Memory is
 * bounded by a chunk, one receipt, and the results, and all of it counts against
 * the budget of bodies.  A cut connection leaves whole chunks committed; sending
 * everything again is safe, for the database knows receipts by transaction_id.
 */
#ifndef FRONTEND_UPLOAD_H
#define FRONTEND_UPLOAD_H

#include "common/buffer.h"
#include "common/pgarray.h"
#include "frontend/request.h"
#include "frontend/split.h"

#include <stdbool.h>
#include <stddef.h>

#define NDJSON_CONTENT_TYPE "application/x-ndjson"

/* The most receipts of a batch; bounds the results, and the journal's rows. */
#define UPLOAD_MAX_RECEIPTS 100000

/*
 * From so many bytes of results on, further ones come without errors and
 * warnings; those are in the journal.
 */
#define UPLOAD_FULL_RESULTS (4 * 1024 * 1024)

typedef struct Upload
{
	Split split;
	PgArray chunk;      /* receipts for the next call */
	size_t chunk_bytes; /* in them */
	int first_index;    /* of the chunk's first receipt in the batch */
	size_t charged;     /* to the budget */

	/* What became of the receipts so far. */
	long long accepted;
	long long duplicates;
	long long conflicts;
	long long rejected;
	Buffer results; /* room for the head of the answer, then the results */
	Buffer after;   /* the result that comes behind those of the chunk */

	bool submitted; /* a chunk went to the database, so the token is good */
	bool ended;     /* the chunk at hand is the last one */
	ProblemCode problem;
	Buffer detail; /* of that problem */
} Upload;

typedef enum UploadStep
{
	UPLOAD_MORE,   /* wants more bytes */
	UPLOAD_SUBMIT, /* the chunk is ready: queue the request */
	UPLOAD_REFUSED /* the refusal stands in the request; no byte more is wanted */
} UploadStep;

extern void upload_free(Request *request);

/* Takes bytes of the body; *used says how many. */
extern UploadStep upload_take(Request *request, const char *bytes, size_t length,
                              size_t *used);

/* The body is over: submit what is left, or answer. */
extern UploadStep upload_end(Request *request);

/* For a worker: what became of a part of the chunk. */
extern void upload_add_results(Upload *upload, const char *results);

/*
 * For a worker: the chunk is done.  Answers when it was the last; otherwise the
 * upload may go on.
 */
extern void upload_chunk_done(Request *request);

#endif /* FRONTEND_UPLOAD_H */
