/*
 * asset.h
 *	  The files that the program serves, all of them inside it: pages, scripts,
 *	  styles, the OpenAPI documents.  ops/embed.py makes the table of
 *	  frontend/web/assets.txt at build time, so that nothing is read at run time.
 */
#ifndef FRONTEND_ASSET_H
#define FRONTEND_ASSET_H

#include "frontend/route.h"

#include <stddef.h>

/*
 * One form of a file, with the strong entity tag of just this form.
 */
typedef struct AssetBody
{
	const char *data;
	size_t length;
	const char *etag;
} AssetBody;

typedef struct Asset
{
	Service service;
	const char *path;
	const char *type;
	AssetBody plain;
	AssetBody gzip; /* data NULL: compression does not pay */
} Asset;

/* The table, and its length. */
extern const Asset assets[];
extern const size_t nassets;

/* The file that a service has at a path, with or without a final slash, or NULL. */
extern const Asset *asset_find(Service service, const char *path);

#endif /* FRONTEND_ASSET_H */
