/*
 * answercache.c
 *	  Answers to be given again; see answercache.h.
 *
 * Keys are digests, so their first bytes place them.  Entries stand in the list
 * of their bucket, and in one of all in the order of their use.
 */
#include "frontend/answercache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/* One bucket for so many bytes: the size of a small answer. */
#define BYTES_PER_BUCKET 2048

typedef struct Entry
{
	LIST_ENTRY(Entry) bucket;
	TAILQ_ENTRY(Entry) order;
	unsigned char key[DIGEST_SIZE];
	int64_t until_ms;
	Document *document;
} Entry;

LIST_HEAD(Bucket, Entry);
TAILQ_HEAD(Order, Entry);

struct AnswerCache
{
	pthread_mutex_t lock;
	uint64_t epoch;
	int64_t confirmed_until_ms;
	size_t limit;
	size_t used;
	size_t nbuckets; /* a power of two */
	struct Bucket *buckets;
	struct Order order; /* the one used last stands first */
};

/*
 * Makes an empty cache.
 */
AnswerCache *
answercache_new(size_t limit)
{
	AnswerCache *cache = calloc(1, sizeof(AnswerCache));

	if (cache == NULL)
		return NULL;
	cache->limit = limit;
	cache->nbuckets = 1;
	while (cache->nbuckets * BYTES_PER_BUCKET < limit)
		cache->nbuckets *= 2;
	cache->buckets = calloc(cache->nbuckets, sizeof(struct Bucket));
	if (cache->buckets == NULL)
	{
		free(cache);
		return NULL;
	}
	TAILQ_INIT(&cache->order);
	pthread_mutex_init(&cache->lock, NULL);
	return cache;
}

/*
 * The memory that an entry takes.
 */
static size_t
size_of(const Document *document)
{
	return sizeof(Entry) + document_size(document);
}

/*
 * Lets go of an entry.
 */
static void
drop(AnswerCache *cache, Entry *entry)
{
	LIST_REMOVE(entry, bucket);
	TAILQ_REMOVE(&cache->order, entry, order);
	cache->used -= size_of(entry->document);
	document_release(entry->document);
	free(entry);
}

/*
 * Lets go of the oldest until no more than so many bytes are in use.
 */
static void
shrink(AnswerCache *cache, size_t limit)
{
	while (cache->used > limit)
		drop(cache, TAILQ_LAST(&cache->order, Order));
}

/*
 * Frees it.
 */
void
answercache_free(AnswerCache *cache)
{
	if (cache == NULL)
		return;
	shrink(cache, 0);
	pthread_mutex_destroy(&cache->lock);
	free(cache->buckets);
	free(cache);
}

/*
 * The bucket of a key.
 */
static struct Bucket *
bucket_of(const AnswerCache *cache, const unsigned char *key)
{
	uint64_t start;

	memcpy(&start, key, sizeof(start));
	return &cache->buckets[start & (cache->nbuckets - 1)];
}

/*
 * Finds the entry of a key.
 */
static Entry *
find_entry(const AnswerCache *cache, const unsigned char *key)
{
	Entry *entry = LIST_FIRST(bucket_of(cache, key));

	while (entry != NULL && memcmp(entry->key, key, DIGEST_SIZE) != 0)
		entry = LIST_NEXT(entry, bucket);
	return entry;
}

/*
 * Finds an answer that still holds.
 */
Document *
answercache_find(AnswerCache *cache, const unsigned char key[DIGEST_SIZE],
                 int64_t now_ms)
{
	Document *document = NULL;
	Entry *entry;

	pthread_mutex_lock(&cache->lock);
	entry = now_ms < cache->confirmed_until_ms ? find_entry(cache, key) : NULL;
	if (entry != NULL && now_ms >= entry->until_ms)
		drop(cache, entry);
	else if (entry != NULL)
	{
		TAILQ_REMOVE(&cache->order, entry, order);
		TAILQ_INSERT_HEAD(&cache->order, entry, order);
		document = entry->document;
		document_hold(document);
	}
	pthread_mutex_unlock(&cache->lock);
	return document;
}

/*
 * Gives the epoch.
 */
uint64_t
answercache_epoch(AnswerCache *cache)
{
	uint64_t epoch;

	pthread_mutex_lock(&cache->lock);
	epoch = cache->epoch;
	pthread_mutex_unlock(&cache->lock);
	return epoch;
}

/*
 * Puts an entry where there is none of its key.
 */
static void
insert(AnswerCache *cache, const unsigned char *key, Document *document,
       int64_t until_ms)
{
	Entry *entry = calloc(1, sizeof(Entry));

	if (entry == NULL)
		return;
	memcpy(entry->key, key, DIGEST_SIZE);
	entry->until_ms = until_ms;
	entry->document = document;
	document_hold(document);
	LIST_INSERT_HEAD(bucket_of(cache, key), entry, bucket);
	TAILQ_INSERT_HEAD(&cache->order, entry, order);
	cache->used += size_of(document);
	shrink(cache, cache->limit);
}

/*
 * Keeps an answer.
 */
void
answercache_put(AnswerCache *cache, const unsigned char key[DIGEST_SIZE],
                Document *document, uint64_t epoch, int64_t until_ms)
{
	Entry *old;

	if (size_of(document) > cache->limit / ANSWERCACHE_SHARE)
		return;
	pthread_mutex_lock(&cache->lock);
	if (epoch == cache->epoch)
	{
		old = find_entry(cache, key);
		if (old != NULL)
			drop(cache, old);
		insert(cache, key, document, until_ms);
	}
	pthread_mutex_unlock(&cache->lock);
}

/*
 * Begins a new epoch.
 */
void
answercache_outdate(AnswerCache *cache)
{
	pthread_mutex_lock(&cache->lock);
	cache->epoch++;
	shrink(cache, 0);
	pthread_mutex_unlock(&cache->lock);
}

/*
 * Moves the end of the time in which answers may be given.
 */
void
answercache_confirm(AnswerCache *cache, int64_t until_ms)
{
	pthread_mutex_lock(&cache->lock);
	cache->confirmed_until_ms = until_ms;
	pthread_mutex_unlock(&cache->lock);
}

/*
 * Gives the bytes in use.
 */
size_t
answercache_used(AnswerCache *cache)
{
	size_t used;

	pthread_mutex_lock(&cache->lock);
	used = cache->used;
	pthread_mutex_unlock(&cache->lock);
	return used;
}
