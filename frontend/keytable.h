/*
 * keytable.h
 *	  A table of bounded size: 32-byte keys, values of one size.  When a new key
 *	  finds no room, the entry of its set that was used longest ago makes way, so
 *	  that no number of clients can fill the memory.
 *
 * Keys are compared in constant time, and placed by a secret of the process, so
 * that nobody can aim at a set.
 */
#ifndef FRONTEND_KEYTABLE_H
#define FRONTEND_KEYTABLE_H

#include <stddef.h>

#define KEY_SIZE 32

typedef struct KeyTable KeyTable;

/* NULL when there is no memory.  entries: rounded up to a power of two. */
extern KeyTable *keytable_new(size_t entries, size_t value_size);
extern void keytable_free(KeyTable *table);

/* Values are read and written between these two. */
extern void keytable_lock(KeyTable *table);
extern void keytable_unlock(KeyTable *table);

/* The value of a key; NULL when it has none. */
extern void *keytable_find(KeyTable *table, const unsigned char key[KEY_SIZE]);

/* The value of a key; all zeros when it is new. */
extern void *keytable_put(KeyTable *table, const unsigned char key[KEY_SIZE]);

extern void keytable_drop(KeyTable *table, const unsigned char key[KEY_SIZE]);

/* Calls visit for every entry, in no order. */
extern void keytable_each(KeyTable *table,
                          void (*visit)(const unsigned char *key, void *value,
                                        void *arg),
                          void *arg);

#endif /* FRONTEND_KEYTABLE_H */
