/*
 * module.c
 *	  What PostgreSQL sees of the library as a whole.
 */
#include "postgres.h"

#include "fmgr.h"

#include "receiptsettings.h"

PG_MODULE_MAGIC;

void _PG_init(void);

/* Called once when the library is loaded. */
void
_PG_init(void)
{
	settings_define();
}
