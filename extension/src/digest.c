/*
 * digest.c
 *	  SHA-256.
 *
 * By OpenSSL itself rather than by PostgreSQL's wrapper of it, which looks the
 * algorithm up anew each time: for a text as short as a receipt that takes
 * longer than the digest.
 */
#include "postgres.h"

#include <openssl/evp.h>

#include "digest.h"

/* Made at the first use and kept as long as the process. */
static EVP_MD *algorithm = NULL;
static EVP_MD_CTX *context = NULL;

/* Look the algorithm up. */
static bool
prepare(void)
{
	if (algorithm == NULL)
		algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (context == NULL)
		context = EVP_MD_CTX_new();
	return algorithm != NULL && context != NULL;
}

/* Compute the digest of bytes. */
void
digest_compute(const char *bytes, int length, uint8 *digest)
{
	if (!prepare() || !EVP_DigestInit_ex(context, algorithm, NULL) ||
	    !EVP_DigestUpdate(context, bytes, length) ||
	    !EVP_DigestFinal_ex(context, digest, NULL))
		ereport(ERROR,
		        (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute SHA-256")));
}
