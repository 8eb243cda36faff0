/*
 * pgarray.c
 *	  One-dimensional arrays in PostgreSQL's binary format.
 *
 * The format (array_recv() in PostgreSQL's arrayfuncs.c), all in network order:
 * number of dimensions, "has nulls" flag, OID of the element type, then per
 * dimension its length and its lower bound, then per element its length (-1 for
 * null) and its bytes.  No elements: zero dimensions, and the header ends after
 * the OID.
 */
#include "common/pgarray.h"

#include "common/log.h"

#include <arpa/inet.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_SIZE 20       /* of an array with one dimension */
#define HEADER_SIZE_EMPTY 12 /* of one without */
#define FIRST_SIZE 4096

/*
 * Makes room for len more bytes, doubling, so that appending stays linear.
 */
static char *
reserve(PgArray *array, size_t len)
{
	size_t size = array->size > 0 ? array->size : FIRST_SIZE;
	char *place;

	while (size - array->used < len)
		size *= 2;
	if (size != array->size)
	{
		array->data = realloc(array->data, size);
		if (array->data == NULL)
		{
			log_error("out of memory for a parameter of a query");
			abort();
		}
		array->size = size;
	}
	place = array->data + array->used;
	array->used += len;
	return place;
}

/*
 * Writes a 32-bit integer in network order at place.
 */
static void
put_int32(char *place, uint32_t value)
{
	uint32_t wire = htonl(value);

	memcpy(place, &wire, sizeof(wire));
}

/*
 * Starts an array without elements.
 */
void
pgarray_init(PgArray *array, PgArrayType type)
{
	memset(array, 0, sizeof(*array));
	array->type = type;
	pgarray_clear(array);
}

/*
 * Frees the memory; the array may be initialised again.
 */
void
pgarray_free(PgArray *array)
{
	free(array->data);
	array->data = NULL;
	array->used = array->size = 0;
	array->count = 0;
}

/*
 * Drops the elements and keeps the memory: batches follow one another.
 */
void
pgarray_clear(PgArray *array)
{
	array->used = 0;
	array->count = 0;
	memset(reserve(array, HEADER_SIZE), 0, HEADER_SIZE);
}

/*
 * Appends a null element and marks the array as having one.
 */
void
pgarray_null(PgArray *array)
{
	put_int32(reserve(array, 4), UINT32_MAX);
	put_int32(array->data + 4, 1);
	array->count++;
}

/*
 * Appends an element of bigint[].
 */
void
pgarray_int8(PgArray *array, int64_t value)
{
	char *place = reserve(array, 4 + 8);
	uint64_t wire = htobe64((uint64_t) value);

	put_int32(place, 8);
	memcpy(place + 4, &wire, sizeof(wire));
	array->count++;
}

/*
 * Appends an element of integer[].
 */
void
pgarray_int4(PgArray *array, int32_t value)
{
	char *place = reserve(array, 4 + 4);

	put_int32(place, 4);
	put_int32(place + 4, (uint32_t) value);
	array->count++;
}

/*
 * Appends an element of bytea[] or text[].
 */
void
pgarray_bytes(PgArray *array, const void *bytes, size_t len)
{
	char *place = reserve(array, 4 + len);

	put_int32(place, (uint32_t) len);
	if (len > 0)
		memcpy(place + 4, bytes, len);
	array->count++;
}

/*
 * Appends a C string, or a null element for NULL.
 */
void
pgarray_text(PgArray *array, const char *text)
{
	if (text == NULL)
		pgarray_null(array);
	else
		pgarray_bytes(array, text, strlen(text));
}

/*
 * Gives where the element after the one at an offset begins.
 */
static size_t
next_element(const PgArray *array, size_t at)
{
	uint32_t length;

	memcpy(&length, array->data + at, sizeof(length));
	length = be32toh(length);
	return at + 4 + (length == UINT32_MAX ? 0 : length);
}

/*
 * Appends elements of another array.
 */
void
pgarray_append_range(PgArray *array, const PgArray *from, int first, int count)
{
	size_t at = HEADER_SIZE;

	for (int i = 0; i < first + count; i++)
	{
		size_t next = next_element(from, at);
		uint32_t length;

		memcpy(&length, from->data + at, sizeof(length));
		if (i >= first && be32toh(length) == UINT32_MAX)
			pgarray_null(array);
		else if (i >= first)
			pgarray_bytes(array, from->data + at + 4, next - at - 4);
		at = next;
	}
}

/*
 * Completes the header and gives the bytes to send.
 */
const char *
pgarray_data(PgArray *array)
{
	put_int32(array->data, array->count > 0 ? 1 : 0);
	put_int32(array->data + 8, (uint32_t) array->type);
	put_int32(array->data + 12, (uint32_t) array->count);
	put_int32(array->data + 16, 1);
	return array->data;
}

/*
 * Gives the number of bytes to send.
 */
int
pgarray_size(const PgArray *array)
{
	return array->count > 0 ? (int) array->used : HEADER_SIZE_EMPTY;
}

/*
 * Gives the OID of the array type itself, for PQexecParams()' paramTypes.
 */
unsigned int
pgarray_type(const PgArray *array)
{
	switch (array->type)
	{
		case PGARRAY_BYTEA:
			return 1001;
		case PGARRAY_INT8:
			return 1016;
		case PGARRAY_INT4:
			return 1007;
		case PGARRAY_TEXT:
			return 1009;
	}
	return 0;
}
