/*
 * receiptsettings.c
 *	  The settings pg_receipts.*.
 */
#include "postgres.h"

#include <limits.h>

#include "utils/guc.h"

#include "receiptsettings.h"

/* A receipt dated further ahead than a day is a till with a wrong clock. */
#define DEFAULT_FUTURE_LIMIT 86400
#define DEFAULT_TIMEZONE "UTC"

int total_amount_rule = RULE_WARN;
int nds_amount_rule = RULE_WARN;
int future_limit = DEFAULT_FUTURE_LIMIT;
int problem_language = LANGUAGE_EN;

static char *default_timezone = NULL;
static pg_tz *default_zone = NULL;

static const struct config_enum_entry rule_options[] = {{"reject", RULE_REJECT, false},
                                                        {"warn", RULE_WARN, false},
                                                        {"off", RULE_OFF, false},
                                                        {NULL, 0, false}};

static const struct config_enum_entry language_options[] = {
	{"en", LANGUAGE_EN, false}, {"ru", LANGUAGE_RU, false}, {NULL, 0, false}};

/*
 * Find a time zone by name; NULL if there is none that PostgreSQL would take.
 */
pg_tz *
settings_find_zone(const char *name)
{
	pg_tz *zone = pg_tzset(name);

	return zone != NULL && pg_tz_acceptable(zone) ? zone : NULL;
}

/* The zone of timestamps without an offset, when the caller names none. */
pg_tz *
settings_default_zone(void)
{
	return default_zone;
}

/* Refuse a zone that does not exist when it is set, not when it is used. */
static bool
check_default_timezone(char **newval, void **extra, GucSource source)
{
	pg_tz *zone = settings_find_zone(*newval);

	if (zone == NULL)
	{
		GUC_check_errdetail("There is no time zone \"%s\".", *newval);
		return false;
	}
	*extra = malloc(sizeof(zone));
	if (*extra == NULL)
		return false;
	memcpy(*extra, &zone, sizeof(zone));
	return true;
}

/* Keep the zone that was found, so that no receipt has to look it up. */
static void
assign_default_timezone(const char *newval, void *extra)
{
	memcpy(&default_zone, extra, sizeof(default_zone));
}

/* Define the settings of the arithmetic rules. */
static void
define_rules(void)
{
	DefineCustomEnumVariable("pg_receipts.total_amount_rule",
	                         "What becomes of a receipt whose total_amount is not the "
	                         "sum of its lines.",
	                         NULL, &total_amount_rule, RULE_WARN, rule_options,
	                         PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomEnumVariable("pg_receipts.nds_amount_rule",
	                         "What becomes of a receipt whose nds_amount is above its "
	                         "total_amount.",
	                         NULL, &nds_amount_rule, RULE_WARN, rule_options,
	                         PGC_USERSET, 0, NULL, NULL, NULL);
}

/* Define the settings of time. */
static void
define_times(void)
{
	DefineCustomIntVariable("pg_receipts.future_limit",
	                        "How far in the future the timestamp of a receipt may be.",
	                        NULL, &future_limit, DEFAULT_FUTURE_LIMIT, 0, INT_MAX,
	                        PGC_USERSET, GUC_UNIT_S, NULL, NULL, NULL);
	DefineCustomStringVariable("pg_receipts.default_timezone",
	                           "The time zone of timestamps without an offset.", NULL,
	                           &default_timezone, DEFAULT_TIMEZONE, PGC_USERSET, 0,
	                           check_default_timezone, assign_default_timezone, NULL);
}

/* Define the setting of words. */
static void
define_language(void)
{
	DefineCustomEnumVariable("pg_receipts.language",
	                         "The language of the messages about a receipt.", NULL,
	                         &problem_language, LANGUAGE_EN, language_options,
	                         PGC_USERSET, 0, NULL, NULL, NULL);
}

/* Define all settings and reserve their prefix, so that a typing error in a
 * name is refused. */
void
settings_define(void)
{
	define_rules();
	define_times();
	define_language();
	MarkGUCPrefixReserved("pg_receipts");
}
