/*
 * preference.h
 *	  What a client prefers, by lists with weights: Accept-Encoding and
 *	  Accept-Language.
 */
#ifndef FRONTEND_PREFERENCE_H
#define FRONTEND_PREFERENCE_H

#include <stdbool.h>

/* The language code of Russian, as the database and clients know it. */
#define LANGUAGE_RUSSIAN "ru"

/* Whether Accept-Encoding takes gzip; NULL: no such header, so it does not. */
extern bool accepts_gzip(const char *accept_encoding);

/*
 * Whether Accept-Language prefers Russian to English, the two that there are;
 * NULL: no such header, so it does not.
 */
extern bool prefers_russian(const char *accept_language);

#endif /* FRONTEND_PREFERENCE_H */
