/*
 * listen.h
 *	  Addresses to listen on: "HOST:PORT", "[::1]:PORT", or ":PORT" for every
 *	  address of the machine.  Port 0 lets the kernel choose.
 */
#ifndef COMMON_LISTEN_H
#define COMMON_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

/* Room for "[" IPv6 address "]:" port. */
#define LISTEN_NAME_SIZE 64

/* Splits "HOST:PORT"; false when it is not of that form. */
extern bool address_parse(const char *address, char *host, size_t host_size, int *port);

/*
 * Opens a listening socket (not blocking, closed on exec).  Returns -1, after
 * an error line that names the address, when that cannot be done.
 */
extern int listen_open(const char *address);

/* Writes the address a socket really listens on, for log lines. */
extern void listen_name(int socket, char *name, size_t size);

#endif /* COMMON_LISTEN_H */
