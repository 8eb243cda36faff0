/*
 * insert.c
 *	  The least that storing receipts durably can cost: their bytes, unread, by
 *	  libpq into a bare table with a primary key.
 *
 *	     insert DSN FILE MARK SECONDS BATCH
 *
 * A peer of the bench.  FILE has one receipt a line, all of them with a
 * transaction_id of one length in the same place that begins with ten digits;
 * these are replaced by MARK (four digits) and a number that grows with each
 * pass over the file, so that all ids are distinct.  BATCH of them go in one prepared
 * statement, in binary, which is one commit.  Prints rows and seconds.
 */
#include "common/clock.h"
#include "common/pgarray.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits of the id that MARK and the number of the pass take. */
#define MARK_DIGITS 10

#define ID_KEY "\"transaction_id\":\""

static const char insert_sql[] = "INSERT INTO bench.bare (transaction_id, body)"
								 " SELECT * FROM unnest($1::text[], $2::bytea[])";

/* The receipts of the file. */
typedef struct Lines
{
	char **line;
	size_t count;
} Lines;

/*
 * Ends the program with a word why.
 */
static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "insert: could not %s: %s\n", what, why);
	exit(1);
}

/*
 * Reads the file, without its line ends.
 */
static Lines
read_lines(const char *path)
{
	FILE *file = fopen(path, "r");
	Lines lines = {NULL, 0};
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (file == NULL)
		fail("open", path);
	while ((len = getline(&line, &size, file)) > 0)
	{
		line[len - 1] = '\0';
		lines.line = realloc(lines.line, (lines.count + 1) * sizeof(char *));
		if (lines.line == NULL || strstr(line, ID_KEY) == NULL)
			fail("use", path);
		lines.line[lines.count++] = line;
		line = NULL;
		size = 0;
	}
	fclose(file);
	free(line);
	return lines;
}

/*
 * Puts one receipt, with its mark of this pass, into the parameters.
 */
static void
add_receipt(char *line, const char *mark, long pass, PgArray *ids, PgArray *bodies)
{
	char *id = strstr(line, ID_KEY) + strlen(ID_KEY);
	char digits[32];

	snprintf(digits, sizeof(digits), "%.4s%06u", mark, (unsigned) pass % 1000000);
	memcpy(id, digits, MARK_DIGITS);
	pgarray_bytes(ids, id, strcspn(id, "\""));
	pgarray_bytes(bodies, line, strlen(line));
}

/*
 * Inserts what the parameters hold: one statement, one commit.
 */
static void
insert(PGconn *conn, PgArray *ids, PgArray *bodies)
{
	const char *values[] = {pgarray_data(ids), pgarray_data(bodies)};
	int lengths[] = {pgarray_size(ids), pgarray_size(bodies)};
	int formats[] = {1, 1};
	PGresult *result = PQexecPrepared(conn, "insert", 2, values, lengths, formats, 0);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fail("insert", PQerrorMessage(conn));
	PQclear(result);
	pgarray_clear(ids);
	pgarray_clear(bodies);
}

/*
 * Connects and prepares.
 */
static PGconn *
connect_to(const char *dsn)
{
	PGconn *conn = PQconnectdb(dsn);
	PGresult *result;

	if (PQstatus(conn) != CONNECTION_OK)
		fail("connect", PQerrorMessage(conn));
	result = PQprepare(conn, "insert", insert_sql, 0, NULL);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fail("prepare", PQerrorMessage(conn));
	PQclear(result);
	return conn;
}

/*
 * Inserts for so many seconds; returns the rows.
 */
static long
insert_for(PGconn *conn, const Lines *lines, const char *mark, double seconds,
           int batch)
{
	int64_t until = clock_us() + (int64_t) (seconds * 1e6);
	PgArray ids;
	PgArray bodies;
	long rows = 0;

	pgarray_init(&ids, PGARRAY_TEXT);
	pgarray_init(&bodies, PGARRAY_BYTEA);
	while (clock_us() < until)
	{
		for (int i = 0; i < batch; i++, rows++)
			add_receipt(lines->line[(size_t) rows % lines->count], mark,
			            rows / (long) lines->count, &ids, &bodies);
		insert(conn, &ids, &bodies);
	}
	pgarray_free(&ids);
	pgarray_free(&bodies);
	return rows;
}

/*
 * Inserts, and says how much in how long.
 */
int
main(int argc, char **argv)
{
	Lines lines;
	PGconn *conn;
	int64_t began;
	long rows;

	if (argc != 6)
	{
		fprintf(stderr, "usage: insert DSN FILE MARK SECONDS BATCH\n");
		return 2;
	}
	lines = read_lines(argv[2]);
	conn = connect_to(argv[1]);
	began = clock_us();
	rows = insert_for(conn, &lines, argv[3], atof(argv[4]), atoi(argv[5]));
	printf("%ld %.6f\n", rows, (double) (clock_us() - began) / 1e6);
	PQfinish(conn);
	for (size_t i = 0; i < lines.count; i++)
		free(lines.line[i]);
	free(lines.line);
	return 0;
}
