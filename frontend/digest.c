/*
 * digest.c
 *	  SHA-256; see digest.h.
 *
 * The algorithm is fetched once: EVP_sha256() makes OpenSSL 3 look it up at each
 * use, which costs more than digesting a token.
 */
#include "frontend/digest.h"

#include <openssl/evp.h>
#include <pthread.h>

static EVP_MD *sha256;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

/*
 * Fetches the algorithm, for as long as the program lives.
 */
static void
fetch_sha256(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

/*
 * Digests.
 */
bool
digest_sha256(const void *bytes, size_t length, unsigned char digest[DIGEST_SIZE])
{
	pthread_once(&sha256_once, fetch_sha256);
	return sha256 != NULL && EVP_Digest(bytes, length, digest, NULL, sha256, NULL) == 1;
}
