/*
 * summaryencode.c
 *	  Figures to the bytes of a receipt_summary.
 */
#include "postgres.h"

#include "summaryencode.h"
#include "varint.h"

/* Bytes that the figures can need at most. */
#define MAX_TOTALS_BYTES (1 + 6 * VARINT_MAX_BYTES)
#define MAX_ENTRY_BYTES (4 * VARINT_MAX_BYTES)

/* Bytes that a map can need at most. */
static Size
map_bound(const SummaryMap *map)
{
	Size bound = VARINT_MAX_BYTES;

	for (int i = 0; i < map->count; i++)
		bound += MAX_ENTRY_BYTES + map->entries[i].key_length;
	return bound;
}

/* Write a map; only the entries of categories have a quantity. */
static uint8 *
put_map(uint8 *p, const SummaryMap *map, bool with_quantity)
{
	p = varint_put(p, map->count);
	for (int i = 0; i < map->count; i++)
	{
		const SummaryEntry *entry = &map->entries[i];

		p = varint_put(p, entry->key_length);
		memcpy(p, entry->key, entry->key_length);
		p += entry->key_length;
		p = varint_put(p, entry->receipts);
		p = varint_put_signed(p, entry->amount);
		if (with_quantity)
			p = varint_put_signed(p, entry->quantity);
	}
	return p;
}

/* Write the totals. */
static uint8 *
put_totals(uint8 *p, const SummaryTotals *totals)
{
	p = varint_put_signed(p, totals->total_amount);
	p = varint_put_signed(p, totals->total_nds);
	p = varint_put_signed(p, totals->total_tips);
	p = varint_put_signed(p, totals->min_receipt);
	return varint_put_signed(p, totals->max_receipt);
}

/* Turn figures into bytes. */
bytea *
summary_encode(const Summary *summary)
{
	Size bound = VARHDRSZ + MAX_TOTALS_BYTES + map_bound(&summary->categories) +
	             map_bound(&summary->payment_methods);
	bytea *result = palloc(bound);
	uint8 *p = (uint8 *) VARDATA(result);

	*p++ = SUMMARY_FORMAT_VERSION;
	p = varint_put(p, summary->totals.purchases);
	if (summary->totals.purchases > 0)
	{
		p = put_totals(p, &summary->totals);
		p = put_map(p, &summary->categories, true);
		p = put_map(p, &summary->payment_methods, false);
	}
	SET_VARSIZE(result, (char *) p - (char *) result);
	return result;
}
