/*
 * digest.h
 *	  SHA-256.
 */
#ifndef PG_RECEIPTS_DIGEST_H
#define PG_RECEIPTS_DIGEST_H

#define DIGEST_LENGTH 32

extern void digest_compute(const char *bytes, int length, uint8 *digest);

#endif /* PG_RECEIPTS_DIGEST_H */
