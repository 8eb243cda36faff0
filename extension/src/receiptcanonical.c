/*
 * receiptcanonical.c
 *	  Write a receipt in canonical JSON.
 */
#include "postgres.h"

#include "bytewrite.h"
#include "decimalformat.h"
#include "receiptcanonical.h"
#include "timestampformat.h"

/* Write money: always two decimals. */
static void
write_money(StringInfo out, int64 value)
{
	decimal_write(out, value, MONEY_DECIMALS, MONEY_DECIMALS);
}

/* Write the unknown members of an object, in byte order of their keys. */
static void
write_unknown(StringInfo out, const Receipt *receipt, MemberRange range)
{
	for (int i = 0; i < range.count; i++)
	{
		const JsonMember *member = &receipt->members.items[range.start + i];

		write_byte(out, ',');
		json_text_write(out, &member->key);
		write_byte(out, ':');
		write_bytes(out, receipt->values.data + member->value_start,
		            member->value_length);
	}
}

/* Write an item. */
static void
write_item(StringInfo out, const Receipt *receipt, const ReceiptItem *item)
{
	write_literal(out, "{\"product_id\":");
	json_text_write(out, &item->product_id);
	write_literal(out, ",\"quantity\":");
	decimal_write(out, item->quantity, QUANTITY_DECIMALS, 0);
	write_literal(out, ",\"price\":");
	decimal_write(out, item->price, PRICE_DECIMALS, MONEY_DECIMALS);
	write_literal(out, ",\"category\":");
	json_text_write(out, &item->category);
	write_unknown(out, receipt, item->unknown);
	write_byte(out, '}');
}

/* Write all items. */
static void
write_items(StringInfo out, const Receipt *receipt)
{
	write_literal(out, ",\"items\":[");
	for (int i = 0; i < receipt->nitems; i++)
	{
		if (i > 0)
			write_byte(out, ',');
		write_item(out, receipt, &receipt->items[i]);
	}
	write_byte(out, ']');
}

/*
 * Write a receipt that has no errors and was read with its items and its
 * unknown members.
 */
void
receipt_write_canonical(StringInfo out, const Receipt *receipt)
{
	write_literal(out, "{\"transaction_id\":");
	json_text_write(out, &receipt->transaction_id);
	write_literal(out, ",\"timestamp\":\"");
	timestamp_write(out, receipt->occurred_at);
	write_literal(out, "\",\"place_id\":");
	json_text_write(out, &receipt->place.place_id);
	if (receipt->place.place_name.bytes != NULL)
	{
		write_literal(out, ",\"place_name\":");
		json_text_write(out, &receipt->place.place_name);
	}
	write_items(out, receipt);
	write_literal(out, ",\"total_amount\":");
	write_money(out, receipt->total_amount);
	write_literal(out, ",\"nds_amount\":");
	write_money(out, receipt->nds_amount);
	write_literal(out, ",\"tips_amount\":");
	write_money(out, receipt->tips_amount);
	write_literal(out, ",\"payment_method\":");
	json_text_write(out, &receipt->payment_method);
	write_unknown(out, receipt, receipt->unknown);
	write_byte(out, '}');
}
