/*
 * jsonmembers.h
 *	  The unknown members of the objects that are open: their keys, to find
 *	  duplicates, and where their values were kept.
 *
 * One stack serves all open objects; an object's members are its top slice.
 * When an object ends, its slice is sorted by key.  Merge sort, because its
 * bound of n log n holds for every input: neither a hash nor quicksort
 * promises that to keys that an attacker chose.
 */
#ifndef PG_RECEIPTS_JSONMEMBERS_H
#define PG_RECEIPTS_JSONMEMBERS_H

#include "jsontext.h"

typedef struct JsonMember
{
	JsonText key;
	int value_start; /* in the buffer that keeps unknown values */
	int value_length;
} JsonMember;

typedef struct JsonMembers
{
	JsonMember *items;
	int count;
	int allocated;
} JsonMembers;

extern int members_push(JsonMembers *members, const JsonText *key);
extern void members_sort(JsonMember *items, int count);
extern int member_key_compare(const JsonText *a, const JsonText *b);

#endif /* PG_RECEIPTS_JSONMEMBERS_H */
