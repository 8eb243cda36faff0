/*
 * keytable.c
 *	  A table of bounded size; see keytable.h.
 *
 * Set-associative, as processors' caches are: a key belongs to one set of
 * SET_SIZE entries, which are looked at one by one.
 */
#include "frontend/keytable.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SET_SIZE 8

/*
 * What stands before each value.
 */
typedef struct Entry
{
	uint64_t used; /* when, by the table's count of uses; 0: free */
	unsigned char key[KEY_SIZE];
} Entry;

struct KeyTable
{
	pthread_mutex_t lock;
	uint64_t uses;
	uint64_t secret[2];
	size_t sets; /* a power of two */
	size_t value_size;
	size_t entry_size;
	unsigned char *entries;
};

/*
 * Draws the secret.  Early in the boot of a machine there may be no randomness;
 * then addresses of memory have to do, which only an attacker on the machine
 * could know.
 */
static void
draw_secret(KeyTable *table)
{
	if (getrandom(table->secret, sizeof(table->secret), GRND_NONBLOCK) !=
	    sizeof(table->secret))
	{
		table->secret[0] = (uint64_t) (uintptr_t) table;
		table->secret[1] = (uint64_t) (uintptr_t) &table;
	}
	table->secret[1] |= 1;
}

/*
 * Makes an empty table.
 */
KeyTable *
keytable_new(size_t entries, size_t value_size)
{
	KeyTable *table = calloc(1, sizeof(KeyTable));

	if (table == NULL)
		return NULL;
	table->sets = 1;
	while (table->sets * SET_SIZE < entries)
		table->sets *= 2;
	table->value_size = value_size;
	table->entry_size = (sizeof(Entry) + value_size + 7) / 8 * 8;
	table->entries = calloc(table->sets * SET_SIZE, table->entry_size);
	if (table->entries == NULL)
	{
		free(table);
		return NULL;
	}
	draw_secret(table);
	pthread_mutex_init(&table->lock, NULL);
	return table;
}

/*
 * Frees a table.
 */
void
keytable_free(KeyTable *table)
{
	if (table == NULL)
		return;
	pthread_mutex_destroy(&table->lock);
	free(table->entries);
	free(table);
}

/*
 * Takes the lock.
 */
void
keytable_lock(KeyTable *table)
{
	pthread_mutex_lock(&table->lock);
}

/*
 * Gives it back.
 */
void
keytable_unlock(KeyTable *table)
{
	pthread_mutex_unlock(&table->lock);
}

/*
 * The first entry of the set of a key.  Multiplying by a secret odd number
 * spreads what an attacker chose.
 */
static unsigned char *
set_of(const KeyTable *table, const unsigned char *key)
{
	uint64_t mixed = table->secret[0];

	for (size_t i = 0; i < KEY_SIZE; i += sizeof(uint64_t))
	{
		uint64_t word;

		memcpy(&word, key + i, sizeof(word));
		mixed = (mixed ^ word) * table->secret[1];
		mixed ^= mixed >> 32;
	}
	return table->entries + (mixed & (table->sets - 1)) * SET_SIZE * table->entry_size;
}

/*
 * An entry by its place in its set.
 */
static Entry *
entry_at(const KeyTable *table, unsigned char *set, size_t place)
{
	return (Entry *) (void *) (set + place * table->entry_size);
}

/*
 * Finds the entry of a key.
 */
static Entry *
find_entry(KeyTable *table, const unsigned char *key)
{
	unsigned char *set = set_of(table, key);

	for (size_t i = 0; i < SET_SIZE; i++)
	{
		Entry *entry = entry_at(table, set, i);

		if (entry->used != 0 && CRYPTO_memcmp(entry->key, key, KEY_SIZE) == 0)
			return entry;
	}
	return NULL;
}

/*
 * Finds the value of a key.
 */
void *
keytable_find(KeyTable *table, const unsigned char key[KEY_SIZE])
{
	Entry *entry = find_entry(table, key);

	if (entry == NULL)
		return NULL;
	entry->used = ++table->uses;
	return entry + 1;
}

/*
 * Finds the value of a key, or makes one where the oldest of the set was.
 */
void *
keytable_put(KeyTable *table, const unsigned char key[KEY_SIZE])
{
	void *value = keytable_find(table, key);
	unsigned char *set = set_of(table, key);
	Entry *oldest = entry_at(table, set, 0);

	if (value != NULL)
		return value;
	for (size_t i = 1; i < SET_SIZE; i++)
	{
		Entry *entry = entry_at(table, set, i);

		if (entry->used < oldest->used)
			oldest = entry;
	}
	memset(oldest, 0, table->entry_size);
	memcpy(oldest->key, key, KEY_SIZE);
	oldest->used = ++table->uses;
	return oldest + 1;
}

/*
 * Forgets a key.
 */
void
keytable_drop(KeyTable *table, const unsigned char key[KEY_SIZE])
{
	Entry *entry = find_entry(table, key);

	if (entry != NULL)
		entry->used = 0;
}

/*
 * Visits every entry.
 */
void
keytable_each(KeyTable *table,
              void (*visit)(const unsigned char *key, void *value, void *arg),
              void *arg)
{
	for (size_t i = 0; i < table->sets * SET_SIZE; i++)
	{
		Entry *entry = entry_at(table, table->entries, i);

		if (entry->used != 0)
			visit(entry->key, entry + 1, arg);
	}
}
