/*
 * fieldread.h
 *	  Read the members of an object that a table of fields describes.
 *
 * One table each describes the receipt, an item and a place; one loop reads
 * them all, and finds duplicate, missing and unknown members on the way.
 */
#ifndef PG_RECEIPTS_FIELDREAD_H
#define PG_RECEIPTS_FIELDREAD_H

#include "decimalparse.h"
#include "jsonscan.h"
#include "receipt.h"

/* State of reading one receipt. */
typedef struct ReceiptParser
{
	JsonScan scan;
	const ReceiptRequest *request;
	Receipt *receipt;
	StringInfo keep;       /* where unknown values go; NULL: nowhere */
	bool place_id_given;   /* flat or nested, valid or not */
	bool place_name_given; /* likewise */
} ReceiptParser;

typedef enum FieldKind
{
	FIELD_TEXT,    /* a JsonText at offset */
	FIELD_DECIMAL, /* an int64 at offset */
	FIELD_OTHER    /* whatever read() does */
} FieldKind;

typedef struct Field
{
	const char *name;
	int name_length;
	bool required; /* else null counts as absent */
	FieldKind kind;
	size_t offset;        /* into the target of read_fields() */
	int max_characters;   /* of FIELD_TEXT */
	DecimalFormat format; /* of FIELD_DECIMAL */
	bool positive;        /* of FIELD_DECIMAL: 0 is refused too */

	/* of FIELD_OTHER: consume the value; true if it was valid */
	bool (*read)(ReceiptParser *parser, const struct Field *field);
} Field;

/* The name of a field in a table, with its length. */
#define FIELD_NAME(literal) .name = literal, .name_length = sizeof(literal) - 1

/* Sets of fields, by their place in the table. */
typedef struct FieldSets
{
	uint32 given; /* present and not null */
	uint32 valid; /* and read without a problem */
} FieldSets;

#define FIELD_BIT(index) (((uint32) 1) << (index))
#define FIELD_ALL(count) (FIELD_BIT(count) - 1)

extern FieldSets read_fields(ReceiptParser *parser, const Field *fields, int count,
                             void *target);
extern bool read_text(ReceiptParser *parser, const Field *field, JsonText *text);
extern bool read_wrong_type(ReceiptParser *parser, const char *name,
                            const char *wanted);

#endif /* PG_RECEIPTS_FIELDREAD_H */
