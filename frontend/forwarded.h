/*
 * forwarded.h
 *	  Which address a request comes from when proxies stand between.
 */
#ifndef FRONTEND_FORWARDED_H
#define FRONTEND_FORWARDED_H

#include <stdbool.h>
#include <stddef.h>

#define MAX_NETWORKS 32

/* Room for an IPv6 address as text. */
#define ADDRESS_SIZE 46

/*
 * An address of either family; IPv4 is kept in IPv6's mapped form, so that one
 * comparison serves both.
 */
typedef struct Network
{
	unsigned char bytes[16];
	int bits;
} Network;

typedef struct Networks
{
	int count;
	Network list[MAX_NETWORKS];
} Networks;

/* Reads "10.0.0.0/8, ::1"; false when it is not a list of networks. */
extern bool networks_parse(Networks *networks, const char *text);

/* Whether an address, as text, lies in one of the networks. */
extern bool networks_contain(const Networks *networks, const char *address);

/*
 * Picks the address of the client: that of the peer, unless the peer is a
 * trusted proxy; then the last address of X-Forwarded-For that is none.
 * forwarded may be NULL.  Writes it in the canonical form.
 */
extern void forwarded_address(const Networks *trusted, const char *peer,
                              const char *forwarded, char address[ADDRESS_SIZE]);

#endif /* FRONTEND_FORWARDED_H */
