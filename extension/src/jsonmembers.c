/*
 * jsonmembers.c
 *	  The unknown members of the objects that are open.
 */
#include "postgres.h"

#include "jsonmembers.h"

/* Put a member on the stack; returns its place. */
int
members_push(JsonMembers *members, const JsonText *key)
{
	JsonMember *member;

	if (members->count == members->allocated)
	{
		int wanted = Max(16, members->allocated * 2);
		Size size = wanted * sizeof(JsonMember);

		members->items = members->items ? repalloc(members->items, size) : palloc(size);
		members->allocated = wanted;
	}
	member = &members->items[members->count];
	member->key = *key;
	member->value_start = member->value_length = 0;
	return members->count++;
}

/* Order keys by their bytes, as memcmp() does, the shorter first. */
int
member_key_compare(const JsonText *a, const JsonText *b)
{
	int order = memcmp(a->bytes, b->bytes, Min(a->length, b->length));

	return order != 0 ? order : a->length - b->length;
}

/* Merge two neighbouring runs, [0, left) and [left, total), into target. */
static void
merge_runs(const JsonMember *runs, int left, int total, JsonMember *target)
{
	int i = 0;
	int j = left;

	while (i < left && j < total)
	{
		if (member_key_compare(&runs[i].key, &runs[j].key) <= 0)
			*target++ = runs[i++];
		else
			*target++ = runs[j++];
	}
	memcpy(target, runs + i, (left - i) * sizeof(JsonMember));
	memcpy(target + (left - i), runs + j, (total - j) * sizeof(JsonMember));
}

/* Sort a few members in place by insertion. */
static void
sort_few(JsonMember *items, int count)
{
	for (int i = 1; i < count; i++)
	{
		JsonMember moving = items[i];
		int j = i;

		while (j > 0 && member_key_compare(&items[j - 1].key, &moving.key) > 0)
		{
			items[j] = items[j - 1];
			j--;
		}
		items[j] = moving;
	}
}

/* Sort many members: runs of doubling length, merged to and fro. */
static void
sort_many(JsonMember *items, int count, int run)
{
	JsonMember *source = items;
	JsonMember *spare = palloc(count * sizeof(JsonMember));
	JsonMember *target = spare;

	for (; run < count; run *= 2)
	{
		JsonMember *swap = source;

		for (int start = 0; start < count; start += 2 * run)
		{
			int total = Min(2 * run, count - start);

			merge_runs(source + start, Min(run, total), total, target + start);
		}
		source = target;
		target = swap;
	}
	if (source != items)
		memcpy(items, source, count * sizeof(JsonMember));
	pfree(spare);
}

/* Sort members by key; equal keys keep their order. */
void
members_sort(JsonMember *items, int count)
{
	const int few = 8;

	for (int start = 0; start < count; start += few)
		sort_few(items + start, Min(few, count - start));
	if (count > few)
		sort_many(items, count, few);
}
