/*
 * gate.c
 *	  Who may come in how often; see gate.h.
 */
#include "frontend/gate.h"

#include "frontend/bucket.h"
#include "frontend/keytable.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/*
 * A token that the database has confirmed.
 */
typedef struct KnownToken
{
	int64_t token_id;
	int rate; /* its own; 0: the usual one */
	Bucket bucket;
	int64_t used_ms;
	int64_t written_ms; /* when a use was taken to be written; 0: never */
} KnownToken;

struct Gate
{
	int rate;
	int failures;
	KeyTable *tokens;    /* of KnownToken */
	KeyTable *addresses; /* of Bucket: the failures that are still allowed */
};

/*
 * Makes a gate; NULL when there is no memory.
 */
Gate *
gate_new(int rate, int failures)
{
	Gate *gate = calloc(1, sizeof(Gate));

	if (gate == NULL)
		return NULL;
	gate->rate = rate;
	gate->failures = failures;
	gate->tokens = keytable_new(GATE_TOKENS, sizeof(KnownToken));
	gate->addresses = keytable_new(GATE_ADDRESSES, sizeof(Bucket));
	if (gate->tokens != NULL && gate->addresses != NULL)
		return gate;
	gate_free(gate);
	return NULL;
}

/*
 * Frees it.
 */
void
gate_free(Gate *gate)
{
	if (gate == NULL)
		return;
	keytable_free(gate->tokens);
	keytable_free(gate->addresses);
	free(gate);
}

/*
 * Milliseconds as seconds, upwards: who waits that long does not come too early.
 */
static int
whole_seconds(int64_t ms)
{
	return (int) ((ms + 999) / 1000);
}

/*
 * Counts a use of a known token.  Returns whether its limit allows it.
 */
static bool
use_token(const Gate *gate, KnownToken *token, int64_t now_ms, GateTicket *ticket)
{
	bool taken = true;

	ticket->token_id = token->token_id;
	ticket->limit = token->rate > 0 ? token->rate : gate->rate;
	token->used_ms = now_ms;
	if (ticket->limit == 0)
		return true;
	taken = bucket_take(&token->bucket, ticket->limit, now_ms);
	ticket->left = bucket_left(&token->bucket, ticket->limit, now_ms);
	ticket->reset_s =
		whole_seconds(bucket_full_ms(&token->bucket, ticket->limit, now_ms));
	if (!taken)
		ticket->retry_after_s =
			whole_seconds(bucket_wait_ms(&token->bucket, ticket->limit, now_ms));
	return taken;
}

/*
 * The key of an address.  Whoever has one address of IPv6 has its whole /64.
 */
static void
address_key(const char *address, unsigned char key[KEY_SIZE])
{
	memset(key, 0, KEY_SIZE);
	if (inet_pton(AF_INET, address, key) == 1)
		key[KEY_SIZE - 1] = 4;
	else if (inet_pton(AF_INET6, address, key) == 1)
		memset(key + 8, 0, 8);
}

/*
 * Whether an address may try another token.
 */
static bool
may_try(Gate *gate, const char *address, int64_t now_ms, GateTicket *ticket)
{
	unsigned char key[KEY_SIZE];
	Bucket *bucket;
	int64_t wait_ms = 0;

	if (gate->failures == 0)
		return true;
	address_key(address, key);
	keytable_lock(gate->addresses);
	bucket = keytable_find(gate->addresses, key);
	if (bucket != NULL)
		wait_ms = bucket_wait_ms(bucket, gate->failures, now_ms);
	keytable_unlock(gate->addresses);
	ticket->retry_after_s = whole_seconds(wait_ms);
	return wait_ms == 0;
}

/*
 * Judges a request.
 */
GateVerdict
gate_enter(Gate *gate, const unsigned char token[DIGEST_SIZE], const char *address,
           int64_t now_ms, GateTicket *ticket)
{
	KnownToken *known;
	bool allowed = false;

	memset(ticket, 0, sizeof(*ticket));
	keytable_lock(gate->tokens);
	known = keytable_find(gate->tokens, token);
	if (known != NULL)
		allowed = use_token(gate, known, now_ms, ticket);
	keytable_unlock(gate->tokens);
	if (known != NULL)
		return allowed ? GATE_OPEN : GATE_LIMITED;
	return may_try(gate, address, now_ms, ticket) ? GATE_OPEN : GATE_SUSPECT;
}

/*
 * Remembers a token.  The request that brought it has been let in already, so it
 * is counted even when others have used up the limit meanwhile.
 */
void
gate_learn(Gate *gate, const unsigned char token[DIGEST_SIZE], int64_t token_id,
           int rate, int64_t now_ms, GateTicket *ticket)
{
	KnownToken *known;

	keytable_lock(gate->tokens);
	known = keytable_put(gate->tokens, token);
	known->token_id = token_id;
	known->rate = rate;
	if (ticket != NULL && ticket->token_id == 0 &&
	    !use_token(gate, known, now_ms, ticket))
		bucket_drain(&known->bucket, ticket->limit, now_ms, 1);
	keytable_unlock(gate->tokens);
}

/*
 * Counts more.
 */
void
gate_charge(Gate *gate, const unsigned char token[DIGEST_SIZE], int64_t count,
            int64_t now_ms)
{
	KnownToken *known;

	keytable_lock(gate->tokens);
	known = keytable_find(gate->tokens, token);
	if (known != NULL)
	{
		int rate = known->rate > 0 ? known->rate : gate->rate;

		if (rate > 0)
			bucket_drain(&known->bucket, rate, now_ms, count);
	}
	keytable_unlock(gate->tokens);
}

/*
 * Counts a failed attempt.
 */
void
gate_fail(Gate *gate, const unsigned char token[DIGEST_SIZE], const char *address,
          int64_t now_ms)
{
	unsigned char key[KEY_SIZE];

	keytable_lock(gate->tokens);
	keytable_drop(gate->tokens, token);
	keytable_unlock(gate->tokens);
	if (gate->failures == 0)
		return;
	address_key(address, key);
	keytable_lock(gate->addresses);
	bucket_take(keytable_put(gate->addresses, key), gate->failures, now_ms);
	keytable_unlock(gate->addresses);
}

/*
 * Where gate_take_uses() collects.
 */
typedef struct Collection
{
	int64_t now_ms;
	bool all;
	GateUse *uses;
	size_t room;
	size_t count;
} Collection;

/*
 * Takes the use of one token if it is to be written.
 */
static void
collect_use(const unsigned char *key, void *value, void *arg)
{
	KnownToken *token = value;
	Collection *collection = arg;
	GateUse *use = &collection->uses[collection->count];
	bool due = collection->all || token->written_ms == 0 ||
	           collection->now_ms - token->written_ms >= GATE_USE_MS;

	if (!due || token->used_ms <= token->written_ms ||
	    collection->count == collection->room)
		return;
	memcpy(use->token, key, DIGEST_SIZE);
	use->age_ms = collection->now_ms - token->used_ms;
	token->written_ms = collection->now_ms;
	collection->count++;
}

/*
 * Takes the uses that are to be written.
 */
size_t
gate_take_uses(Gate *gate, int64_t now_ms, bool all, GateUse *uses, size_t room)
{
	Collection collection = {now_ms, all, uses, room, 0};

	keytable_lock(gate->tokens);
	keytable_each(gate->tokens, collect_use, &collection);
	keytable_unlock(gate->tokens);
	return collection.count;
}
