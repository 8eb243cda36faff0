/*
 * chunk.h
 *	  One chunk of a batch to the database: one call, one commit.
 */
#ifndef FRONTEND_CHUNK_H
#define FRONTEND_CHUNK_H

#include "frontend/database.h"
#include "frontend/request.h"

typedef struct Chunker
{
	Database *database;
	int grace_ms;
} Chunker;

extern void chunker_init(Chunker *chunker, Database *database, const Options *options);

/* Submits the chunk of a ROUTE_BATCH and resumes the request, answered or not. */
extern void chunk_job(Chunker *chunker, Job *job);

#endif /* FRONTEND_CHUNK_H */
