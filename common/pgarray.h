/*
 * pgarray.h
 *	  One-dimensional arrays in PostgreSQL's binary format, as parameters of
 *	  libpq's PQexecParams(): no quoting, no escaping, and bytea without hex.
 *
 * Use: pgarray_init(), one append per element, then pgarray_data() and
 * pgarray_size() as the parameter's value and length, with format 1 (binary) and
 * the type's OID of the *array* from the list below as the parameter's type.
 * pgarray_clear() empties it and keeps the memory for the next batch.
 *
 *	   PgArray bodies;
 *
 *	   pgarray_init(&bodies, PGARRAY_BYTEA);
 *	   pgarray_bytes(&bodies, body, size);
 *	   pgarray_null(&bodies);
 *	   values[0] = pgarray_data(&bodies);
 *	   lengths[0] = pgarray_size(&bodies);
 *	   types[0] = pgarray_type(&bodies);
 *	   formats[0] = 1;
 *
 * Memory that runs out ends the process: there is no sensible way on.  Elements
 * are copied, so the caller's buffers are free after each append.
 */
#ifndef COMMON_PGARRAY_H
#define COMMON_PGARRAY_H

#include <stddef.h>
#include <stdint.h>

/* The element types known here, by the OIDs that PostgreSQL guarantees. */
typedef enum PgArrayType
{
	PGARRAY_BYTEA = 17,
	PGARRAY_INT8 = 20,
	PGARRAY_INT4 = 23,
	PGARRAY_TEXT = 25
} PgArrayType;

typedef struct PgArray
{
	PgArrayType type;
	int count;  /* elements so far */
	char *data; /* header, then the elements */
	size_t used;
	size_t size;
} PgArray;

extern void pgarray_init(PgArray *array, PgArrayType type);
extern void pgarray_free(PgArray *array);
extern void pgarray_clear(PgArray *array);

/* Appends.  text must be UTF-8 without NUL bytes where the type is text. */
extern void pgarray_null(PgArray *array);
extern void pgarray_int8(PgArray *array, int64_t value);
extern void pgarray_int4(PgArray *array, int32_t value);
extern void pgarray_bytes(PgArray *array, const void *bytes, size_t len);

/* As pgarray_bytes(), of a C string; NULL appends a null element. */
extern void pgarray_text(PgArray *array, const char *text);

/* Appends elements of another array of the same type; pgarray_data() not needed. */
extern void pgarray_append_range(PgArray *array, const PgArray *from, int first,
                                 int count);

/* What libpq wants.  pgarray_data() completes the header: call it last. */
extern const char *pgarray_data(PgArray *array);
extern int pgarray_size(const PgArray *array);
extern unsigned int pgarray_type(const PgArray *array);

#endif /* COMMON_PGARRAY_H */
