/*
 * problemtext.h
 *	  The words of problems in the language of pg_receipts.language.
 *
 * A message is written where the problem is found, in English.  Each text
 * that goes into one, whether a format or a word, passes through here, and
 * for another language is looked up by its English form.
 * test/check-messages proves that the table has them all.
 */
#ifndef PG_RECEIPTS_PROBLEMTEXT_H
#define PG_RECEIPTS_PROBLEMTEXT_H

extern const char *problem_text(const char *english) pg_attribute_format_arg(1);

#endif /* PG_RECEIPTS_PROBLEMTEXT_H */
