/*
 * itemparse.c
 *	  Read the items of a receipt.
 */
#include "postgres.h"

#include "decimalformat.h"
#include "itemparse.h"
#include "jsonskip.h"
#include "limits.h"
#include "problemtext.h"

/* Scale of quantity times price over that of money. */
#define LINE_SCALE_DIVISOR 100000000

static const Field item_fields[] = {
	{FIELD_NAME("product_id"), .required = true, .kind = FIELD_TEXT,
     .offset = offsetof(ReceiptItem, product_id), .max_characters = RECEIPT_MAX_STRING},
	{FIELD_NAME("quantity"), .required = true, .kind = FIELD_DECIMAL,
     .offset = offsetof(ReceiptItem, quantity),
     .format = {QUANTITY_WHOLE_DIGITS, QUANTITY_DECIMALS}, .positive = true},
	{FIELD_NAME("price"), .required = true, .kind = FIELD_DECIMAL,
     .offset = offsetof(ReceiptItem, price),
     .format = {PRICE_WHOLE_DIGITS, PRICE_DECIMALS}},
	{FIELD_NAME("category"), .required = true, .kind = FIELD_TEXT,
     .offset = offsetof(ReceiptItem, category), .max_characters = RECEIPT_MAX_STRING},
};

/*
 * The sum of a line, round(quantity * price, 2), half away from zero.  The
 * product has 10 decimals; nearly always it fits 64 bits, which divide fast.
 */
int128
item_line_sum(int64 quantity, int64 price)
{
	int64 product;

	if (quantity >= 0 && price >= 0 &&
	    !__builtin_mul_overflow(quantity, price, &product) &&
	    product <= PG_INT64_MAX - LINE_SCALE_DIVISOR / 2)
		return (product + LINE_SCALE_DIVISOR / 2) / LINE_SCALE_DIVISOR;
	return divide_half_away((int128) quantity * price, LINE_SCALE_DIVISOR);
}

/*
 * Keep the unknown members of the object that has just ended, if members are
 * kept at all.
 */
MemberRange
keep_closed_members(ReceiptParser *parser)
{
	JsonMembers *kept = &parser->receipt->members;
	MemberRange range = {kept->count, 0};
	JsonMember *closed;

	if (parser->keep == NULL || parser->scan.stopped)
		return range;
	closed = scan_closed_members(&parser->scan, &range.count);
	for (int i = 0; i < range.count; i++)
	{
		int at = members_push(kept, &closed[i].key);

		kept->items[at] = closed[i];
	}
	return range;
}

/* Make room for one more item. */
static ReceiptItem *
next_item(Receipt *receipt)
{
	if (receipt->nitems == receipt->items_allocated)
	{
		int wanted = receipt->items_allocated * 4;
		Size used = receipt->nitems * sizeof(ReceiptItem);
		ReceiptItem *items = palloc(wanted * sizeof(ReceiptItem));

		memcpy(items, receipt->items, used);
		receipt->items = items;
		receipt->items_allocated = wanted;
	}
	return &receipt->items[receipt->nitems];
}

/* Read one item and add its line up. */
static void
read_item(ReceiptParser *parser, ReceiptItem *item)
{
	Receipt *receipt = parser->receipt;
	FieldSets sets;

	if (scan_token(&parser->scan) != JSON_TOKEN_OBJECT_START)
	{
		receipt->items_valid = read_wrong_type(
			parser, psprintf(problem_text("item %d"), receipt->nitems), "an object");
		return;
	}
	sets = read_fields(parser, item_fields, lengthof(item_fields), item);
	if (sets.valid != FIELD_ALL(lengthof(item_fields)))
	{
		receipt->items_valid = false;
		return;
	}
	item->unknown = keep_closed_members(parser);
	item->spent = item_line_sum(item->quantity, item->price);
	receipt->items_sum += item->spent;
}

/* Judge the number of items, once all were read. */
static bool
check_item_count(ReceiptParser *parser)
{
	int nitems = parser->receipt->nitems;

	if (nitems == 0)
		scan_problem(&parser->scan, PROBLEM_NO_ITEMS,
		             "items is empty; at least one item is wanted");
	else if (nitems > RECEIPT_MAX_ITEMS)
		scan_problem(&parser->scan, PROBLEM_TOO_MANY_ITEMS,
		             "items has %d items; at most %d are allowed", nitems,
		             RECEIPT_MAX_ITEMS);
	else
		return true;
	return false;
}

/*
 * Read the array of items.  They are kept if the request wants them, as far
 * as they are not too many; else one place serves them all.
 */
bool
read_items(ReceiptParser *parser, const Field *field)
{
	JsonScan *scan = &parser->scan;
	Receipt *receipt = parser->receipt;
	bool keep = parser->request->keep_items;

	if (scan_token(scan) != JSON_TOKEN_ARRAY_START)
		return read_wrong_type(parser, field->name, "an array");
	receipt->items_valid = true;
	if (!scan_enter(scan))
		return false;
	while (scan_next_element(scan))
	{
		bool kept = keep && receipt->nitems < RECEIPT_MAX_ITEMS;

		read_item(parser, kept ? next_item(receipt) : receipt->few_items);
		receipt->nitems++;
	}
	return !scan->stopped && check_item_count(parser) && receipt->items_valid;
}
