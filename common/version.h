/*
 * version.h
 *	  The version of the programs; the Makefile passes it from the extension's
 *	  control file, the one place where it stands.
 */
#ifndef COMMON_VERSION_H
#define COMMON_VERSION_H

#ifndef RECEIPTS_VERSION
#error "RECEIPTS_VERSION must be defined by the build"
#endif

#endif /* COMMON_VERSION_H */
