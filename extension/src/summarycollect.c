/*
 * summarycollect.c
 *	  The state of an aggregate: a summary that grows.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "common/pg_prng.h"
#include "utils/memutils.h"

#include "summarycollect.h"
#include "summaryencode.h"

/* Tables begin with room for this many entries. */
#define FEW_CATEGORIES 8
#define FEW_PAYMENT_METHODS 4

/* Up to this many items, a receipt is summed up without a hash table. */
#define FEW_ITEMS 16

typedef struct StateKey
{
	const char *bytes;
	int length;
} StateKey;

typedef struct StateEntry
{
	StateKey key;
	uint32 hash;
	uint32 status;
	int64 receipts;
	int64 last_purchase; /* the receipt that was counted last */
	int128 amount;
	int128 quantity;
} StateEntry;

#define SH_PREFIX entries
#define SH_ELEMENT_TYPE StateEntry
#define SH_KEY_TYPE StateKey
#define SH_KEY key
#define SH_HASH_KEY(table, key) hash_key((table)->private_data, key)
#define SH_EQUAL(table, a, b)                                                          \
	((a).length == (b).length && memcmp((a).bytes, (b).bytes, (a).length) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(table, entry) (entry)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#include "lib/simplehash.h"

struct SummaryState
{
	MemoryContext context;
	uint64 seed; /* of the hashes: nobody can choose keys that collide */
	SummaryTotals totals;
	entries_hash *categories;
	entries_hash *payment_methods;
};

/* Hash a key with the state's seed. */
static inline uint32
hash_key(const SummaryState *state, StateKey key)
{
	return (uint32) hash_bytes_extended((const unsigned char *) key.bytes, key.length,
	                                    state->seed);
}

#define SH_PREFIX entries
#define SH_ELEMENT_TYPE StateEntry
#define SH_KEY_TYPE StateKey
#define SH_KEY key
#define SH_HASH_KEY(table, key) hash_key((table)->private_data, key)
#define SH_EQUAL(table, a, b)                                                          \
	((a).length == (b).length && memcmp((a).bytes, (b).bytes, (a).length) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(table, entry) (entry)->hash
#define SH_SCOPE static inline
#define SH_DEFINE
#include "lib/simplehash.h"

/* Make an empty state. */
SummaryState *
state_create(MemoryContext context)
{
	SummaryState *state = MemoryContextAllocZero(context, sizeof(SummaryState));

	state->context = context;
	state->seed = pg_prng_uint64(&pg_global_prng_state);
	state->categories = entries_create(context, FEW_CATEGORIES, state);
	state->payment_methods = entries_create(context, FEW_PAYMENT_METHODS, state);
	return state;
}

/* Find the entry of a key, or make one with a copy of the key. */
static StateEntry *
get_entry(SummaryState *state, entries_hash *table, const char *key, int length)
{
	StateKey wanted = {key, length};
	bool found;
	StateEntry *entry = entries_insert(table, wanted, &found);

	if (!found)
	{
		char *copy = MemoryContextAlloc(state->context, Max(length, 1));

		memcpy(copy, key, length);
		entry->key.bytes = copy;
		entry->receipts = 0;
		entry->last_purchase = 0;
		entry->amount = 0;
		entry->quantity = 0;
	}
	return entry;
}

/*
 * Add a receipt; its lines follow by state_add_line().  A payment method that
 * is NULL is not counted.
 */
void
state_add_receipt(SummaryState *state, const SummaryReceipt *receipt,
                  const char *payment_method, int payment_method_length)
{
	summary_add_receipt(&state->totals, receipt);
	if (payment_method != NULL)
	{
		StateEntry *entry = get_entry(state, state->payment_methods, payment_method,
		                              payment_method_length);

		summary_add_count(&entry->receipts, 1);
		summary_add_amount(&entry->amount, receipt->total_amount);
	}
}

/* Add a line of the receipt that was added last. */
void
state_add_line(SummaryState *state, const SummaryLine *line)
{
	StateEntry *entry =
		get_entry(state, state->categories, line->category, line->category_length);

	if (entry->last_purchase != state->totals.purchases)
	{
		entry->last_purchase = state->totals.purchases;
		summary_add_count(&entry->receipts, 1);
	}
	summary_add_amount(&entry->amount, line->spent);
	summary_add_amount(&entry->quantity, line->quantity);
}

/* Add the entries of a map. */
static void
add_map(SummaryState *state, entries_hash *table, const SummaryMap *map)
{
	for (int i = 0; i < map->count; i++)
	{
		const SummaryEntry *source = &map->entries[i];
		StateEntry *entry = get_entry(state, table, source->key, source->key_length);

		summary_add_count(&entry->receipts, source->receipts);
		summary_add_amount(&entry->amount, source->amount);
		summary_add_amount(&entry->quantity, source->quantity);
	}
}

/* Add a summary. */
void
state_add_summary(SummaryState *state, const Summary *summary)
{
	summary_add_totals(&state->totals, &summary->totals);
	add_map(state, state->categories, &summary->categories);
	add_map(state, state->payment_methods, &summary->payment_methods);
}

/* Order entries for qsort(). */
static int
compare_entries(const void *a, const void *b)
{
	return summary_entry_compare(a, b);
}

/*
 * Make a sorted map of a table.  The table's order is random, by the seed, so
 * no input can steer qsort() into its worst case.
 */
static void
table_to_map(entries_hash *table, SummaryMap *map)
{
	entries_iterator iterator;
	StateEntry *entry;

	map->count = 0;
	map->entries =
		palloc_extended(table->members * sizeof(SummaryEntry), MCXT_ALLOC_HUGE);
	entries_start_iterate(table, &iterator);
	while ((entry = entries_iterate(table, &iterator)) != NULL)
		map->entries[map->count++] = (SummaryEntry){.key = entry->key.bytes,
		                                            .key_length = entry->key.length,
		                                            .receipts = entry->receipts,
		                                            .amount = entry->amount,
		                                            .quantity = entry->quantity};
	qsort(map->entries, map->count, sizeof(SummaryEntry), compare_entries);
}

/* The figures of a state, in the current memory context; keys are shared. */
void
state_to_summary(const SummaryState *state, Summary *summary)
{
	summary->totals = state->totals;
	table_to_map(state->categories, &summary->categories);
	table_to_map(state->payment_methods, &summary->payment_methods);
}

/* Put an entry into a short map, or add it to the one of the same key. */
static void
insert_into_few(SummaryMap *map, const SummaryEntry *entry)
{
	int at = map->count;
	int order = 1;

	while (at > 0 && (order = summary_entry_compare(&map->entries[at - 1], entry)) > 0)
		at--;
	if (at > 0 && order == 0)
	{
		SummaryEntry lines = *entry;

		lines.receipts = 0; /* the same receipt, already counted */
		summary_add_entry(&map->entries[at - 1], &lines);
		return;
	}
	memmove(&map->entries[at + 1], &map->entries[at],
	        (map->count - at) * sizeof(SummaryEntry));
	map->entries[at] = *entry;
	map->count++;
}

/* Sum up a receipt of few items. */
static Datum
summary_of_few_items(const Receipt *receipt, const SummaryReceipt *amounts)
{
	SummaryEntry categories[FEW_ITEMS];
	SummaryEntry payment_method = {.key = receipt->payment_method.bytes,
	                               .key_length = receipt->payment_method.length,
	                               .receipts = 1,
	                               .amount = receipt->total_amount};
	Summary summary = {.categories = {0, categories},
	                   .payment_methods = {1, &payment_method}};

	summary_add_receipt(&summary.totals, amounts);
	for (int i = 0; i < receipt->nitems; i++)
	{
		const ReceiptItem *item = &receipt->items[i];
		SummaryEntry entry = {.key = item->category.bytes,
		                      .key_length = item->category.length,
		                      .receipts = 1,
		                      .amount = item->spent,
		                      .quantity = item->quantity};

		insert_into_few(&summary.categories, &entry);
	}
	return PointerGetDatum(summary_encode(&summary));
}

/* Sum up a receipt of many items. */
static Datum
summary_of_many_items(const Receipt *receipt, const SummaryReceipt *amounts)
{
	SummaryState *state = state_create(CurrentMemoryContext);
	Summary summary;

	state_add_receipt(state, amounts, receipt->payment_method.bytes,
	                  receipt->payment_method.length);
	for (int i = 0; i < receipt->nitems; i++)
	{
		const ReceiptItem *item = &receipt->items[i];
		SummaryLine line = {item->category.bytes, item->category.length, item->quantity,
		                    item->spent};

		state_add_line(state, &line);
	}
	state_to_summary(state, &summary);
	return PointerGetDatum(summary_encode(&summary));
}

/* The summary of one receipt that has no errors. */
Datum
summary_of_receipt(const Receipt *receipt)
{
	SummaryReceipt amounts = {receipt->total_amount, receipt->nds_amount,
	                          receipt->tips_amount};

	if (receipt->nitems <= FEW_ITEMS)
		return summary_of_few_items(receipt, &amounts);
	return summary_of_many_items(receipt, &amounts);
}
