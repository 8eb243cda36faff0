/*
 * gate.h
 *	  Who may come in how often: the tokens that the database has confirmed, the
 *	  rate of each, and the failed attempts of each address.
 *
 * The gate lets nobody in: it only keeps some out, before they cost anything.
 * Whether a token is valid, the database says each time.  A token that it has
 * confirmed lately is known here, by its SHA-256; its use is counted against its
 * limit.  A token that is not known may be a guess: from an address with too many
 * failed ones it is not even looked at, right or wrong, while known tokens from
 * the same address pass.
 *
 * From any thread.  Limits hold for one process: each front end counts alone.
 */
#ifndef FRONTEND_GATE_H
#define FRONTEND_GATE_H

#include "frontend/digest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Tokens and addresses that are remembered at a time. */
#define GATE_TOKENS 16384
#define GATE_ADDRESSES 16384

/* How often at most the use of a token is written to the database. */
#define GATE_USE_MS 60000

typedef enum GateVerdict
{
	GATE_OPEN,
	GATE_LIMITED, /* the token has used up its rate */
	GATE_SUSPECT  /* the address has failed too often */
} GateVerdict;

/*
 * What the gate knows of a request.
 */
typedef struct GateTicket
{
	int64_t token_id; /* 0: not known, or not yet */
	int limit;        /* a minute; 0: none */
	int64_t left;
	int reset_s;       /* until all are there again */
	int retry_after_s; /* until one is, when it was kept out */
} GateTicket;

/*
 * A use of a token that the database is to be told of.
 */
typedef struct GateUse
{
	unsigned char token[DIGEST_SIZE];
	int64_t age_ms;
} GateUse;

typedef struct Gate Gate;

/*
 * rate: what a token may do a minute unless it has a rate of its own; failures:
 * failed attempts a minute of an address; 0: no limit.
 */
extern Gate *gate_new(int rate, int failures);
extern void gate_free(Gate *gate);

/* Judges a request by its token and address. */
extern GateVerdict gate_enter(Gate *gate, const unsigned char token[DIGEST_SIZE],
                              const char *address, int64_t now_ms, GateTicket *ticket);

/*
 * The database knows this token, and gave its rate (0: none of its own).  Counts
 * the request that brought it when it was not known before.
 */
extern void gate_learn(Gate *gate, const unsigned char token[DIGEST_SIZE],
                       int64_t token_id, int rate, int64_t now_ms, GateTicket *ticket);

/* Counts more than one for a request: the further receipts of a batch. */
extern void gate_charge(Gate *gate, const unsigned char token[DIGEST_SIZE],
                        int64_t count, int64_t now_ms);

/* The database does not know this token: forgets it, counts a failed attempt. */
extern void gate_fail(Gate *gate, const unsigned char token[DIGEST_SIZE],
                      const char *address, int64_t now_ms);

/*
 * Takes up to room uses that are to be written, each token's at most once in
 * GATE_USE_MS, or with all set every one that has not been written.
 */
extern size_t gate_take_uses(Gate *gate, int64_t now_ms, bool all, GateUse *uses,
                             size_t room);

#endif /* FRONTEND_GATE_H */
