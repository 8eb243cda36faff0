/*
 * digest.h
 *	  SHA-256.
 */
#ifndef FRONTEND_DIGEST_H
#define FRONTEND_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#define DIGEST_SIZE 32

/* Digests bytes; false when OpenSSL cannot, for want of memory. */
extern bool digest_sha256(const void *bytes, size_t length,
                          unsigned char digest[DIGEST_SIZE]);

#endif /* FRONTEND_DIGEST_H */
