/*
 * test_answercache.c
 *	  What is kept, for how long, and what makes way.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "frontend/answercache.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1000000
#define LATER INT64_MAX

/*
 * A key that tells n, as scattered as a digest is.
 */
static const unsigned char *
key_of(unsigned int n)
{
	static _Thread_local unsigned char key[DIGEST_SIZE];

	assert_true(digest_sha256(&n, sizeof(n), key));
	return key;
}

/*
 * Keeps a body.
 */
static void
put(AnswerCache *cache, unsigned int n, const char *body, uint64_t epoch,
    int64_t until_ms)
{
	Document *document = document_new(body, strlen(body), false);

	answercache_put(cache, key_of(n), document, epoch, until_ms);
	document_release(document);
}

/*
 * Whether a key has this body; NULL: none.
 */
static bool
has(AnswerCache *cache, unsigned int n, const char *body, int64_t now_ms)
{
	Document *document = answercache_find(cache, key_of(n), now_ms);
	bool same;

	if (document == NULL)
		return body == NULL;
	same = body != NULL && document->length == strlen(body) &&
	       memcmp(document->data, body, document->length) == 0;
	document_release(document);
	return same;
}

/*
 * Nothing is given that has not been confirmed, or not lately.
 */
static void
test_confirmed(void **state)
{
	AnswerCache *cache = answercache_new(65536);

	(void) state;
	put(cache, 1, "one", 0, LATER);
	assert_true(has(cache, 1, NULL, NOW));
	answercache_confirm(cache, NOW + 800);
	assert_true(has(cache, 1, "one", NOW));
	assert_true(has(cache, 1, "one", NOW + 799));
	assert_true(has(cache, 1, NULL, NOW + 800));
	answercache_confirm(cache, NOW + 1600);
	assert_true(has(cache, 1, "one", NOW + 800));
	answercache_confirm(cache, 0);
	assert_true(has(cache, 1, NULL, NOW));
	answercache_free(cache);
}

/*
 * A change ends everything before it, also what is still being made.
 */
static void
test_outdated(void **state)
{
	AnswerCache *cache = answercache_new(65536);
	uint64_t before = answercache_epoch(cache);

	(void) state;
	answercache_confirm(cache, LATER);
	put(cache, 1, "one", before, LATER);
	assert_true(has(cache, 1, "one", NOW));
	answercache_outdate(cache);
	assert_true(has(cache, 1, NULL, NOW));
	assert_int_equal(answercache_used(cache), 0);
	put(cache, 1, "late", before, LATER);
	assert_true(has(cache, 1, NULL, NOW));
	put(cache, 1, "new", answercache_epoch(cache), LATER);
	assert_true(has(cache, 1, "new", NOW));
	answercache_free(cache);
}

/*
 * An answer ends with its token; a new one takes the place of the old.
 */
static void
test_ends(void **state)
{
	AnswerCache *cache = answercache_new(65536);

	(void) state;
	answercache_confirm(cache, LATER);
	put(cache, 1, "one", 0, NOW + 10);
	assert_true(has(cache, 1, "one", NOW + 9));
	assert_true(has(cache, 1, NULL, NOW + 10));
	assert_int_equal(answercache_used(cache), 0);
	put(cache, 2, "two", 0, LATER);
	put(cache, 2, "2", 0, LATER);
	assert_true(has(cache, 2, "2", NOW));
	answercache_free(cache);
}

/*
 * Bounded: what was asked for longest ago makes way, and nothing very large comes in.
 */
static void
test_bounded(void **state)
{
	const size_t limit = 64 * 1024;
	AnswerCache *cache = answercache_new(limit);
	char body[1001];
	char large[64 * 1024 / ANSWERCACHE_SHARE + 1];

	(void) state;
	memset(body, 'x', sizeof(body) - 1);
	body[sizeof(body) - 1] = '\0';
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	answercache_confirm(cache, LATER);
	for (unsigned int n = 0; n < 1000; n++)
	{
		put(cache, n, body, 0, LATER);
		assert_true(answercache_used(cache) <= limit);
		assert_true(has(cache, 0, body, NOW)); /* is asked for all the time */
	}
	assert_true(answercache_used(cache) > limit / 2);
	assert_true(has(cache, 999, body, NOW));
	assert_true(has(cache, 1, NULL, NOW));
	put(cache, 5000, large, 0, LATER);
	assert_true(has(cache, 5000, NULL, NOW));
	answercache_free(cache);
}

/*
 * Whatever is found under a key is what was put there.
 */
static void
check(AnswerCache *cache, unsigned int n, const char *body)
{
	Document *document = answercache_find(cache, key_of(n), NOW);

	if (document == NULL)
		return;
	assert_int_equal(document->length, strlen(body));
	assert_memory_equal(document->data, body, document->length);
	document_release(document);
}

/*
 * One of several threads that put, find and outdate.
 */
static void *
work(void *arg)
{
	AnswerCache *cache = arg;

	for (unsigned int i = 0; i < 20000; i++)
	{
		unsigned int n = i * 7919 % 100;
		char body[16];

		snprintf(body, sizeof(body), "%u", n);
		if (i % 100 == 0)
			answercache_outdate(cache);
		put(cache, n, body, answercache_epoch(cache), LATER);
		n = (n + i) % 100;
		snprintf(body, sizeof(body), "%u", n);
		check(cache, n, body);
	}
	return NULL;
}

/*
 * From several threads.
 */
static void
test_threads(void **state)
{
	AnswerCache *cache = answercache_new(65536);
	pthread_t threads[4];

	(void) state;
	answercache_confirm(cache, LATER);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, cache), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	answercache_outdate(cache);
	assert_int_equal(answercache_used(cache), 0);
	answercache_free(cache);
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confirmed), cmocka_unit_test(test_outdated),
		cmocka_unit_test(test_ends),      cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
