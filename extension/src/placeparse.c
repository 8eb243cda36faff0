/*
 * placeparse.c
 *	  The place of a receipt: flat as place_id and place_name, or nested in an
 *	  object "place".
 */
#include "postgres.h"

#include "jsonskip.h"
#include "placeparse.h"
#include "problemtext.h"

/* Places in place_fields. */
enum
{
	PLACE_ID,
	PLACE_NAME
};

static const Field place_fields[] = {
	[PLACE_ID] = {FIELD_NAME("place_id"), .kind = FIELD_TEXT,
                  .offset = offsetof(ReceiptPlace, place_id),
                  .max_characters = RECEIPT_MAX_STRING},
	[PLACE_NAME] = {FIELD_NAME("place_name"), .kind = FIELD_TEXT,
                    .offset = offsetof(ReceiptPlace, place_name),
                    .max_characters = RECEIPT_MAX_PLACE_NAME},
};

/* Append a value that is already in the buffer once more. */
static void
repeat_value(StringInfo keep, const JsonMember *member)
{
	enlargeStringInfo(keep, member->value_length);
	appendBinaryStringInfo(keep, keep->data + member->value_start,
	                       member->value_length);
}

/*
 * Keep what the nested place holds besides id and name: as a member "place"
 * of the receipt, now without the two, which the canonical form has flat.
 */
static void
keep_rest_of_place(ReceiptParser *parser)
{
	StringInfo keep = parser->keep;
	JsonText key = {"place", strlen("place"), false};
	int count;
	JsonMember *closed = scan_closed_members(&parser->scan, &count);
	int start = keep->len;
	int at;
	JsonMember *member;

	if (count == 0)
		return;
	for (int i = 0; i < count; i++)
	{
		appendStringInfoChar(keep, i == 0 ? '{' : ',');
		json_text_write(keep, &closed[i].key);
		appendStringInfoChar(keep, ':');
		repeat_value(keep, &closed[i]);
	}
	appendStringInfoChar(keep, '}');
	/* this overwrites the slice of closed members, now used up */
	at = members_push(&parser->scan.members, &key);
	member = &parser->scan.members.items[at];
	member->value_start = start;
	member->value_length = keep->len - start;
}

/* Read the nested place. */
bool
read_place(ReceiptParser *parser, const Field *field)
{
	FieldSets sets;

	if (scan_token(&parser->scan) != JSON_TOKEN_OBJECT_START)
		return read_wrong_type(parser, field->name, "an object");
	sets = read_fields(parser, place_fields, lengthof(place_fields),
	                   &parser->receipt->nested);
	parser->place_id_given |= (sets.given & FIELD_BIT(PLACE_ID)) != 0;
	parser->place_name_given |= (sets.given & FIELD_BIT(PLACE_NAME)) != 0;
	if (parser->keep != NULL && !parser->scan.stopped)
		keep_rest_of_place(parser);
	return sets.valid == sets.given;
}

/* Take what is only nested as if it were flat; report a contradiction. */
static void
settle(ReceiptParser *parser, const char *name, JsonText *flat, const JsonText *nested)
{
	if (flat->bytes == NULL)
		*flat = *nested;
	else if (nested->bytes != NULL && !json_text_equal(flat, nested))
		problems_add(
			parser->scan.problems, SEVERITY_ERROR, PROBLEM_PLACE_CONFLICT,
			psprintf("/place/%s", name),
			psprintf(problem_text("%s is \"%s\" here and \"%s\" in the receipt; "
		                          "one is wanted, or the same twice"),
		             name,
		             json_text_quote(nested->bytes, nested->length, MAX_QUOTED_BYTES),
		             json_text_quote(flat->bytes, flat->length, MAX_QUOTED_BYTES)));
}

/* Settle the place that the receipt gives, once all of it was read. */
void
check_place(ReceiptParser *parser)
{
	Receipt *receipt = parser->receipt;

	settle(parser, "place_id", &receipt->place.place_id, &receipt->nested.place_id);
	settle(parser, "place_name", &receipt->place.place_name,
	       &receipt->nested.place_name);
	receipt->place_given = parser->place_id_given;
	if (parser->place_name_given && !parser->place_id_given)
		scan_child_problem(&parser->scan, PROBLEM_MISSING_FIELD, "place_id",
		                   "place_id is missing; place_name is not enough");
}

/*
 * Fill in the default place.  The default name belongs to the default place
 * only, whoever names that place.
 */
void
resolve_place(Receipt *receipt, const ReceiptPlace *defaults)
{
	ReceiptPlace *place = &receipt->place;

	if (!receipt->place_given && defaults->place_id.bytes == NULL)
		place->place_id = (JsonText){UNASSIGNED_PLACE, strlen(UNASSIGNED_PLACE), false};
	else if (!receipt->place_given)
		*place = *defaults;
	else if (place->place_name.bytes == NULL && defaults->place_id.bytes != NULL &&
	         json_text_equal(&place->place_id, &defaults->place_id))
		place->place_name = defaults->place_name;
}
