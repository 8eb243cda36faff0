/*
 * tls.h
 *	  The certificate and key that the API is served with, which can be read anew
 *	  while it is served.
 *
 * libmicrohttpd asks for them at each handshake.  Those that a reload replaces are
 * kept until no handshake can still use them: handshakes have the deadlines of
 * client.h.  Connections that are open stay so.
 *
 * There is one pair a process, as libmicrohttpd's callback can be told of no
 * other.  All but tls_retrieve() belong to the main thread.
 */
#ifndef FRONTEND_TLS_H
#define FRONTEND_TLS_H

#include <gnutls/abstract.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Versions, key exchanges and ciphers in GnuTLS' notation: TLS 1.3 and 1.2, forward
 * secrecy, authenticated encryption.
 */
#define TLS_PRIORITIES                                                                 \
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-CIPHER-ALL:"            \
	"+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:%SERVER_PRECEDENCE"

/* Registers the metric; once, with TLS or without. */
extern void tls_init(void);

/*
 * Reads both files, PEM; the certificate's with the chain up to its authority.
 * False, after an error line, when they cannot be used; what was in use before
 * stays.  handshake_ms: the longest that a handshake takes.
 */
extern bool tls_load(const char *certificate, const char *key, int64_t handshake_ms);

/* Frees what was replaced long enough ago. */
extern void tls_sweep(int64_t now_ms);

/* Frees everything; nothing may be served any more. */
extern void tls_free(void);

/* What MHD_OPTION_HTTPS_CERT_CALLBACK wants. */
extern int tls_retrieve(gnutls_session_t session, const gnutls_datum_t *authorities,
                        int nauthorities, const gnutls_pk_algorithm_t *algorithms,
                        int nalgorithms, gnutls_pcert_st **chain, unsigned int *length,
                        gnutls_privkey_t *key);

#endif /* FRONTEND_TLS_H */
