/*
 * receiptsettings.h
 *	  The settings pg_receipts.*, which a DBA sets by ALTER DATABASE ... SET.
 */
#ifndef PG_RECEIPTS_RECEIPTSETTINGS_H
#define PG_RECEIPTS_RECEIPTSETTINGS_H

#include "pgtime.h"

/* What becomes of a receipt that breaks an arithmetic rule. */
typedef enum RuleSeverity
{
	RULE_REJECT, /* an error */
	RULE_WARN,   /* a warning */
	RULE_OFF     /* nothing */
} RuleSeverity;

/* Of the messages of problems. */
typedef enum Language
{
	LANGUAGE_EN,
	LANGUAGE_RU
} Language;

extern int total_amount_rule;
extern int nds_amount_rule;
extern int future_limit; /* seconds */
extern int problem_language;

extern void settings_define(void);
extern pg_tz *settings_default_zone(void);
extern pg_tz *settings_find_zone(const char *name);

#endif /* PG_RECEIPTS_RECEIPTSETTINGS_H */
