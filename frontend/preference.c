/*
 * preference.c
 *	  What a client prefers; see preference.h.
 */
#include "frontend/preference.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Weights are thousandths: they have at most three decimals. */
#define FULL_WEIGHT 1000

/*
 * One element of a list: a name and its weight.
 */
typedef struct Wish
{
	const char *name;
	size_t length;
	int weight;
} Wish;

/*
 * Reads "q=0.5" among the parameters of an element, which end at its comma.
 * Without it, or where it is malformed, the weight is full.
 */
static int
read_weight(const char *at)
{
	int weight;
	int part = FULL_WEIGHT;

	at += strspn(at, " \t");
	at += *at == ';';
	at += strspn(at, " \t");
	if (strncasecmp(at, "q=", 2) != 0 || (at[2] != '0' && at[2] != '1'))
		return FULL_WEIGHT;
	at += 2;
	weight = (*at++ - '0') * part;
	if (*at == '.')
		at++;
	while (*at >= '0' && *at <= '9')
	{
		part /= 10;
		weight += (*at++ - '0') * part;
	}
	at += strspn(at, " \t");
	if (*at != '\0' && *at != ',')
		return FULL_WEIGHT;
	return weight < FULL_WEIGHT ? weight : FULL_WEIGHT;
}

/*
 * Reads the next element; false at the end of the list.
 */
static bool
next_wish(const char **list, Wish *wish)
{
	const char *at = *list + strspn(*list, " \t,");

	if (*at == '\0')
		return false;
	wish->name = at;
	wish->length = strcspn(at, " \t;,");
	wish->weight = read_weight(at + wish->length);
	*list = at + strcspn(at, ",");
	return true;
}

/*
 * Whether an element is this name, in any case.
 */
static bool
names(const Wish *wish, const char *name)
{
	return wish->length == strlen(name) &&
	       strncasecmp(wish->name, name, wish->length) == 0;
}

/*
 * Walks the list for gzip, or else for the asterisk.  Weights beside 0 do not
 * matter: gzip is all that is offered.
 */
bool
accepts_gzip(const char *accept_encoding)
{
	const char *list = accept_encoding ? accept_encoding : "";
	bool any = false;
	Wish wish;

	while (next_wish(&list, &wish))
	{
		if (names(&wish, "gzip") || names(&wish, "x-gzip"))
			return wish.weight > 0;
		if (names(&wish, "*"))
			any = wish.weight > 0;
	}
	return any;
}

/*
 * Whether an element asks for a language, also for that of a region ("ru-RU").
 */
static bool
means(const Wish *wish, const char *language)
{
	size_t length = strlen(language);

	return wish->length >= length && strncasecmp(wish->name, language, length) == 0 &&
	       (wish->length == length || wish->name[length] == '-');
}

/*
 * Compares the weights of the two languages; of the same, the earlier is
 * preferred, and English where neither is named.
 */
bool
prefers_russian(const char *accept_language)
{
	const char *list = accept_language ? accept_language : "";
	int russian = 0;
	int english = -1; /* not named */
	int any = 0;
	bool first = false;
	Wish wish;

	while (next_wish(&list, &wish))
	{
		if (means(&wish, LANGUAGE_RUSSIAN) && wish.weight > russian)
		{
			russian = wish.weight;
			first = english < russian;
		}
		else if (means(&wish, "en") && wish.weight > english)
			english = wish.weight;
		else if (names(&wish, "*"))
			any = wish.weight;
	}
	if (english < 0)
		return russian > 0 && russian >= any;
	return russian > english || (first && russian == english && russian > 0);
}
