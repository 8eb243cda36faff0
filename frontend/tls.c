/*
 * tls.c
 *	  Certificate and key; see tls.h.
 */
#include "frontend/tls.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The most certificates that a chain may have. */
#define MAX_CHAIN 16

/* How long after its last possible handshake a pair is freed. */
#define MARGIN_MS 1000

typedef struct KeyPair
{
	gnutls_pcert_st chain[MAX_CHAIN];
	unsigned int length;
	gnutls_privkey_t key;
	int64_t free_ms; /* of one that was replaced: when it may be freed */
	struct KeyPair *next;
} KeyPair;

/* What handshakes get; and what was replaced, the latest first. */
static _Atomic(KeyPair *) current;
static KeyPair *replaced;

static Metric *expires;

/*
 * Registers the metric.
 */
void
tls_init(void)
{
	expires = metric_gauge("receipts_tls_certificate_expires_timestamp_seconds",
	                       "When the TLS certificate in use expires, as Unix time; 0 "
	                       "without TLS",
	                       NULL);
}

/*
 * Frees a pair, also one that is not complete.
 */
static void
pair_free(KeyPair *pair)
{
	for (unsigned int i = 0; i < pair->length; i++)
		gnutls_pcert_deinit(&pair->chain[i]);
	if (pair->key != NULL)
		gnutls_privkey_deinit(pair->key);
	free(pair);
}

/*
 * Says why a file cannot be used.
 */
static bool
refuse(const char *what, const char *path, const char *reason)
{
	log_error("could not read the TLS %s in \"%s\": %s", what, path, reason);
	return false;
}

/*
 * Reads a whole file.  GnuTLS says nothing more than that it could not.
 */
static bool
read_file(const char *what, const char *path, gnutls_datum_t *content)
{
	int result;

	errno = 0;
	result = gnutls_load_file(path, content);
	if (result == GNUTLS_E_SUCCESS)
		return true;
	return refuse(what, path, errno != 0 ? strerror(errno) : gnutls_strerror(result));
}

/*
 * Reads the chain, and puts it in order.
 */
static bool
read_chain(KeyPair *pair, const char *path)
{
	gnutls_datum_t pem;
	unsigned int length = MAX_CHAIN;
	int result;

	if (!read_file("certificate", path, &pem))
		return false;
	result = gnutls_pcert_list_import_x509_raw(
		pair->chain, &length, &pem, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_SORT);
	gnutls_free(pem.data);
	if (result != GNUTLS_E_SUCCESS)
		return refuse("certificate", path, gnutls_strerror(result));
	pair->length = length;
	return true;
}

/*
 * Reads the key, and wipes what the file's content was.
 */
static bool
read_key(KeyPair *pair, const char *path)
{
	gnutls_datum_t pem;
	int result;

	if (!read_file("key", path, &pem))
		return false;
	result = gnutls_privkey_init(&pair->key);
	if (result == GNUTLS_E_SUCCESS)
		result = gnutls_privkey_import_x509_raw(pair->key, &pem, GNUTLS_X509_FMT_PEM,
		                                        NULL, 0);
	gnutls_memset(pem.data, 0, pem.size);
	gnutls_free(pem.data);
	if (result != GNUTLS_E_SUCCESS)
		return refuse("key", path, gnutls_strerror(result));
	return true;
}

/*
 * Whether the key is that of the certificate: both have the same public half.
 */
static bool
is_pair(const KeyPair *pair)
{
	unsigned char ids[2][32];
	size_t sizes[2] = {sizeof(ids[0]), sizeof(ids[1])};
	gnutls_pubkey_t public_half;
	bool same;

	if (gnutls_pubkey_init(&public_half) != GNUTLS_E_SUCCESS)
		return false;
	same = gnutls_pubkey_import_privkey(public_half, pair->key, 0, 0) ==
	           GNUTLS_E_SUCCESS &&
	       gnutls_pubkey_get_key_id(public_half, GNUTLS_KEYID_USE_SHA256, ids[0],
	                                &sizes[0]) == GNUTLS_E_SUCCESS &&
	       gnutls_pubkey_get_key_id(pair->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256,
	                                ids[1], &sizes[1]) == GNUTLS_E_SUCCESS &&
	       sizes[0] == sizes[1] && memcmp(ids[0], ids[1], sizes[0]) == 0;
	gnutls_pubkey_deinit(public_half);
	return same;
}

/*
 * Logs whose certificate it is and until when, and keeps that for the metric.
 */
static void
describe(const KeyPair *pair)
{
	gnutls_x509_crt_t certificate;
	char name[256] = "";
	char until[40] = "";
	size_t size = sizeof(name);
	time_t end;
	struct tm utc;

	if (gnutls_x509_crt_init(&certificate) != GNUTLS_E_SUCCESS)
		return;
	if (gnutls_x509_crt_import(certificate, &pair->chain[0].cert,
	                           GNUTLS_X509_FMT_DER) == GNUTLS_E_SUCCESS)
	{
		gnutls_x509_crt_get_dn(certificate, name, &size);
		end = gnutls_x509_crt_get_expiration_time(certificate);
		metric_set(expires, (int64_t) end);
		if (gmtime_r(&end, &utc) != NULL)
			strftime(until, sizeof(until), "%Y-%m-%dT%H:%M:%SZ", &utc);
		if (end < time(NULL))
			log_warning("the TLS certificate of \"%s\" has expired: %s", name, until);
		else
			log_info("TLS certificate of \"%s\", valid until %s", name, until);
	}
	gnutls_x509_crt_deinit(certificate);
}

/*
 * Reads a pair; NULL when it cannot be used.
 */
static KeyPair *
pair_read(const char *certificate, const char *key)
{
	KeyPair *pair = calloc(1, sizeof(KeyPair));

	if (pair == NULL)
	{
		log_error("out of memory");
		return NULL;
	}
	if (read_chain(pair, certificate) && read_key(pair, key))
	{
		if (is_pair(pair))
			return pair;
		log_error("the TLS key in \"%s\" is not that of the certificate in \"%s\"", key,
		          certificate);
	}
	pair_free(pair);
	return NULL;
}

/*
 * Reads a pair and puts it in the place of the one in use.
 */
bool
tls_load(const char *certificate, const char *key, int64_t handshake_ms)
{
	KeyPair *pair = pair_read(certificate, key);
	KeyPair *old;

	if (pair == NULL)
		return false;
	describe(pair);
	old = atomic_exchange(&current, pair);
	if (old != NULL)
	{
		old->free_ms = clock_ms() + handshake_ms + MARGIN_MS;
		old->next = replaced;
		replaced = old;
	}
	return true;
}

/*
 * Frees those at whose time nobody can use them any more.
 */
void
tls_sweep(int64_t now_ms)
{
	KeyPair **link = &replaced;

	while (*link != NULL)
	{
		KeyPair *pair = *link;

		if (pair->free_ms > now_ms)
		{
			link = &pair->next;
			continue;
		}
		*link = pair->next;
		pair_free(pair);
	}
}

/*
 * Frees all.
 */
void
tls_free(void)
{
	KeyPair *pair = atomic_exchange(&current, NULL);

	tls_sweep(INT64_MAX);
	if (pair != NULL)
		pair_free(pair);
}

/*
 * Gives a handshake the pair in use, which outlives it.
 */
int
tls_retrieve(gnutls_session_t session, const gnutls_datum_t *authorities,
             int nauthorities, const gnutls_pk_algorithm_t *algorithms, int nalgorithms,
             gnutls_pcert_st **chain, unsigned int *length, gnutls_privkey_t *key)
{
	KeyPair *pair = atomic_load(&current);

	(void) session;
	(void) authorities;
	(void) nauthorities;
	(void) algorithms;
	(void) nalgorithms;
	if (pair == NULL)
		return -1;
	*chain = pair->chain;
	*length = pair->length;
	*key = pair->key;
	return 0;
}
