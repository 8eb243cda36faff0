/*
 * summarydecode.c
 *	  The bytes of a receipt_summary to figures.
 */
#include "postgres.h"

#include "fmgr.h"

#include "summarydecode.h"
#include "summaryencode.h"
#include "varint.h"

/* Bytes that an entry has at least: length, receipts, amount. */
#define MIN_ENTRY_BYTES 3

/* Bytes that version and totals have at most; enough of a long value. */
#define MAX_HEAD_BYTES (1 + 6 * VARINT_MAX_BYTES)

#define TRUNCATED "it ends too early or holds a number that is not valid"

/* Read version and totals. */
static const char *
take_totals(ByteCursor *cursor, SummaryTotals *totals)
{
	memset(totals, 0, sizeof(*totals));
	if (cursor->p == cursor->end)
		return "it is empty";
	if (*cursor->p++ != SUMMARY_FORMAT_VERSION)
		return "its format version is not known";
	if (!varint_take_count(cursor, &totals->purchases))
		return TRUNCATED;
	if (totals->purchases == 0)
		return NULL;
	if (!varint_take_signed(cursor, &totals->total_amount) ||
	    !varint_take_signed(cursor, &totals->total_nds) ||
	    !varint_take_signed(cursor, &totals->total_tips) ||
	    !varint_take_signed(cursor, &totals->min_receipt) ||
	    !varint_take_signed(cursor, &totals->max_receipt))
		return TRUNCATED;
	return NULL;
}

/* Read an entry. */
static bool
take_entry(ByteCursor *cursor, bool with_quantity, SummaryEntry *entry)
{
	int64 key_length;

	if (!varint_take_count(cursor, &key_length) || key_length > cursor->end - cursor->p)
		return false;
	entry->key = (const char *) cursor->p;
	entry->key_length = (int) key_length;
	cursor->p += key_length;
	entry->quantity = 0;
	return varint_take_count(cursor, &entry->receipts) &&
	       varint_take_signed(cursor, &entry->amount) &&
	       (!with_quantity || varint_take_signed(cursor, &entry->quantity));
}

/*
 * Read a map.  Memory is taken for no more entries than the bytes that are
 * there can hold, whatever the count says.
 */
static const char *
take_map(ByteCursor *cursor, bool with_quantity, SummaryMap *map)
{
	int64 count;

	if (!varint_take_count(cursor, &count) ||
	    count > (cursor->end - cursor->p) / MIN_ENTRY_BYTES)
		return TRUNCATED;
	map->count = (int) count;
	map->entries = palloc_extended(count * sizeof(SummaryEntry), MCXT_ALLOC_HUGE);
	for (int i = 0; i < map->count; i++)
	{
		if (!take_entry(cursor, with_quantity, &map->entries[i]))
			return TRUNCATED;
	}
	return NULL;
}

/*
 * Turn bytes into figures, whose keys point into the bytes.  Returns NULL, or
 * what is wrong with them.
 */
const char *
summary_decode_bytes(const char *bytes, int length, Summary *summary)
{
	ByteCursor cursor = {(const uint8 *) bytes, (const uint8 *) bytes + length};
	const char *wrong;

	memset(summary, 0, sizeof(*summary));
	wrong = take_totals(&cursor, &summary->totals);
	if (wrong == NULL && summary->totals.purchases > 0)
	{
		wrong = take_map(&cursor, true, &summary->categories);
		if (wrong == NULL)
			wrong = take_map(&cursor, false, &summary->payment_methods);
	}
	if (wrong == NULL && cursor.p < cursor.end)
		wrong = "bytes follow behind its end";
	return wrong != NULL ? wrong : summary_check(summary);
}

/* Raise the error of a stored value that is damaged. */
static void
raise_corrupted(const char *wrong)
{
	ereport(ERROR,
	        (errcode(ERRCODE_DATA_CORRUPTED), errmsg("receipt_summary is not valid"),
	         errdetail("The value cannot be read: %s.", wrong)));
}

/* Turn a value of the type into figures. */
void
summary_decode(Datum datum, Summary *summary)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(datum);
	const char *wrong =
		summary_decode_bytes(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), summary);

	if (wrong != NULL)
		raise_corrupted(wrong);
}

/* Read the totals only: of a long value just its head is fetched. */
void
summary_decode_totals(Datum datum, SummaryTotals *totals)
{
	struct varlena *value = PG_DETOAST_DATUM_SLICE(datum, 0, MAX_HEAD_BYTES);
	const uint8 *bytes = (const uint8 *) VARDATA_ANY(value);
	ByteCursor cursor = {bytes, bytes + VARSIZE_ANY_EXHDR(value)};
	const char *wrong = take_totals(&cursor, totals);

	if (wrong != NULL)
		raise_corrupted(wrong);
}
