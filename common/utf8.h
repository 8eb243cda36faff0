/*
 * utf8.h
 *	  Strict UTF-8 as PostgreSQL takes it: no overlong forms, no surrogates,
 *	  nothing above U+10FFFF.
 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the character at text, 1 to 4; 0 when it is not valid UTF-8. */
extern int utf8_length(const unsigned char *text, size_t available);

/* True when all of text is valid; a NUL byte counts as valid. */
extern bool utf8_is_valid(const char *text, size_t length);

#endif /* COMMON_UTF8_H */
