/*
 * answercache.h
 *	  Answers about figures, to be given again until the figures change, or who
 *	  may see them.
 *
 * Glossary: what is kept has the epoch in which its making began.  Whoever learns
 * of a change begins a new epoch, and with it everything older is gone: also an
 * answer that is being made meanwhile, since it may have been read before the
 * change.  And nothing is given unless it was confirmed lately that changes would
 * have been heard of.
 *
 * Bounded in bytes; what was asked for longest ago makes way.  From any thread.
 */
#ifndef FRONTEND_ANSWERCACHE_H
#define FRONTEND_ANSWERCACHE_H

#include "frontend/digest.h"
#include "frontend/document.h"

#include <stddef.h>
#include <stdint.h>

/* One answer may take this part of all memory. */
#define ANSWERCACHE_SHARE 8

typedef struct AnswerCache AnswerCache;

/* limit: bytes; NULL when there is no memory. */
extern AnswerCache *answercache_new(size_t limit);
extern void answercache_free(AnswerCache *cache);

/* The answer to a question, held for the caller; NULL when there is none to give. */
extern Document *answercache_find(AnswerCache *cache,
                                  const unsigned char key[DIGEST_SIZE], int64_t now_ms);

/* The epoch, to be asked for before an answer is read from the database. */
extern uint64_t answercache_epoch(AnswerCache *cache);

/* Keeps an answer until a time, if nothing has changed since its epoch. */
extern void answercache_put(AnswerCache *cache, const unsigned char key[DIGEST_SIZE],
                            Document *document, uint64_t epoch, int64_t until_ms);

/* Something has changed. */
extern void answercache_outdate(AnswerCache *cache);

/* Until this time, what is kept may be given; 0: not now. */
extern void answercache_confirm(AnswerCache *cache, int64_t until_ms);

/* Bytes in use. */
extern size_t answercache_used(AnswerCache *cache);

#endif /* FRONTEND_ANSWERCACHE_H */
