/*
 * asset.c
 *	  The search among the files that are served; see asset.h.
 */
#include "frontend/asset.h"

#include <string.h>

/*
 * The length of a path without its final slash.
 */
static size_t
bare_length(const char *path)
{
	size_t length = strlen(path);

	return length > 0 && path[length - 1] == '/' ? length - 1 : length;
}

/*
 * Looks at one after the other: there are few.
 */
const Asset *
asset_find(Service service, const char *path)
{
	size_t length = bare_length(path);

	for (size_t i = 0; i < nassets; i++)
	{
		if ((assets[i].service & service) != 0 &&
		    bare_length(assets[i].path) == length &&
		    memcmp(assets[i].path, path, length) == 0)
			return &assets[i];
	}
	return NULL;
}
