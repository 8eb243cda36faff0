/*
 * recall.c
 *	  The answer cache, applied to requests; see recall.h.
 */
#include "frontend/recall.h"

#include "common/clock.h"
#include "common/metrics.h"
#include "frontend/preference.h"
#include "frontend/reply.h"

#include <string.h>

#define ANSWERS_NAME "receipts_answer_cache_requests_total"
#define ANSWERS_HELP                                                                   \
	"Questions about figures that could be answered from the cache, and those that "   \
	"went to the database"

static struct
{
	Metric *hits;
	Metric *misses;
	Metric *bytes;
} metrics;

/*
 * Registers the metrics.
 */
void
recall_init(Service service)
{
	if (service != SERVICE_CONSUMER)
		return;
	metrics.hits = metric_counter(ANSWERS_NAME, ANSWERS_HELP, "result=\"hit\"");
	metrics.misses = metric_counter(ANSWERS_NAME, ANSWERS_HELP, "result=\"miss\"");
	metrics.bytes =
		metric_gauge("receipts_answer_cache_bytes", "Memory of kept answers", NULL);
}

/*
 * Whether the answer may be one that is kept.  Parameters are JSON by now, so a
 * "live" can only be the name, or stand in a value: then it costs a trip to the
 * database.
 */
static bool
is_kept(const Request *request)
{
	return request->frontend->cache != NULL &&
	       request_route(request)->kind == ROUTE_FIGURES && request->has_token &&
	       strstr(request->parameters.data, "\"live\"") == NULL;
}

/*
 * What is asked, by whom, and in which form the answer is wanted.
 */
static bool
make_key(const Request *request, unsigned char key[DIGEST_SIZE])
{
	unsigned char text[1024];
	size_t used = TOKEN_DIGEST_SIZE;

	if (request->parameters.used + TOKEN_DIGEST_SIZE + 2 > sizeof(text))
		return false;
	memcpy(text, request->token, TOKEN_DIGEST_SIZE);
	text[used++] = (unsigned char) route_index(request_route(request));
	text[used++] = accepts_gzip(request->headers.accept_encoding);
	memcpy(text + used, request->parameters.data, request->parameters.used);
	return digest_sha256(text, used + request->parameters.used, key);
}

/*
 * Answers from the cache.  A token that the gate does not know goes to the database
 * first, for the gate to learn of its rate.
 */
bool
recall_answer(Request *request)
{
	Document *document = NULL;

	request->keeps_answer = is_kept(request) && make_key(request, request->answer_key);
	if (!request->keeps_answer)
		return false;
	if (request->ticket.token_id != 0)
		document =
			answercache_find(request->frontend->cache, request->answer_key, clock_ms());
	metric_add(document ? metrics.hits : metrics.misses, 1);
	if (document == NULL)
		return false;
	reply_document(request, document);
	document_release(document);
	return true;
}

/*
 * Notes what the answer will be as old as.
 */
void
recall_begin(Request *request)
{
	if (!request->keeps_answer)
		return;
	request->answer_epoch = answercache_epoch(request->frontend->cache);
	request->asked_ms = clock_ms();
}

/*
 * Keeps an answer.
 */
void
recall_keep(const Request *request, Document *document, int64_t expires_in_ms)
{
	if (request->keeps_answer)
		answercache_put(request->frontend->cache, request->answer_key, document,
		                request->answer_epoch,
		                expires_in_ms < 0 ? INT64_MAX
		                                  : request->asked_ms + expires_in_ms);
}

/*
 * Begins a new epoch.
 */
void
recall_outdate(Frontend *frontend)
{
	if (frontend->cache != NULL)
		answercache_outdate(frontend->cache);
}

/*
 * Takes the number that nobody counts as it changes.
 */
void
recall_fill_gauges(Frontend *frontend)
{
	if (frontend->cache != NULL)
		metric_set(metrics.bytes, (int64_t) answercache_used(frontend->cache));
}
