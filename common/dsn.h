/*
 * dsn.h
 *	  Keeps passwords out of logs.
 *
 * libpq's messages about a connection string that it cannot read quote pieces
 * of it, and an operator's mistake (an unescaped '@' in a password, say) puts
 * the password into such a piece.  So every text that may hold one goes through
 * dsn_scrub() before it is shown.
 */
#ifndef COMMON_DSN_H
#define COMMON_DSN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies text to out, on one line, with "***" in place of what may be a secret:
 * the value of password= and sslpassword= (bare, quoted, or in a URI's query)
 * and the password of "user:password@host", with or without a scheme.  Cuts what
 * does not fit; out is always terminated.
 */
extern void dsn_scrub(const char *text, char *out, size_t size);

/*
 * Tells whether a URI has a password with a character that should have been
 * percent-encoded ('@', '/', '?', '#', '%').  libpq then takes a part of the
 * password for a host, a port or an escape and quotes it in its message, where nothing marks it as
 * secret: such a message must not be shown at all.
 */
extern bool dsn_is_ambiguous(const char *dsn);

#endif /* COMMON_DSN_H */
