/*
 * listen.c
 *	  Opens listening sockets; see listen.h.
 *
 * The programs open sockets themselves and hand them to libmicrohttpd, because
 * the library would say no more than that it could not start.
 */
#include "common/listen.h"

#include "common/log.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How many connections the kernel keeps until they are accepted. */
#define LISTEN_BACKLOG 1024

/*
 * Reads a port: 0 to 65535, digits only.
 */
static bool
parse_port(const char *text, int *port)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 5 || text[digits] != '\0')
		return false;
	*port = atoi(text);
	return *port <= 65535;
}

/*
 * Splits an address.  The last colon separates, and a host that itself has
 * colons must stand in brackets.
 */
bool
address_parse(const char *address, char *host, size_t host_size, int *port)
{
	const char *colon = strrchr(address, ':');
	const char *start = address;
	size_t length;

	if (colon == NULL || !parse_port(colon + 1, port))
		return false;
	length = (size_t) (colon - address);
	if (length >= 2 && start[0] == '[' && start[length - 1] == ']')
	{
		start++;
		length -= 2;
	}
	else if (memchr(start, ':', length) != NULL)
		return false;
	if (length >= host_size)
		return false;
	memcpy(host, start, length);
	host[length] = '\0';
	return true;
}

/*
 * Tries one address of those a name stands for.  Sets errno when it fails.
 */
static int
open_one(const struct addrinfo *info, bool both_families)
{
	int on = 1;
	int off = 0;
	int fd;

	fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (info->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, both_families ? &off : &on,
		           sizeof(on));
	if (bind(fd, info->ai_addr, info->ai_addrlen) != 0 ||
	    listen(fd, LISTEN_BACKLOG) != 0)
	{
		int saved_errno = errno;

		close(fd);
		errno = saved_errno;
		return -1;
	}
	return fd;
}

/*
 * Tries the addresses in turn until one can be listened on.
 */
static int
open_first(const struct addrinfo *list, bool both_families)
{
	for (const struct addrinfo *info = list; info != NULL; info = info->ai_next)
	{
		int fd = open_one(info, both_families);

		if (fd >= 0 || errno == EADDRINUSE)
			return fd;
	}
	return -1;
}

/*
 * Resolves and opens one host.
 */
static int
open_host(const char *host, int port, bool both_families)
{
	struct addrinfo hints;
	struct addrinfo *list;
	char service[8];
	int failure;
	int fd;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_PASSIVE;
	snprintf(service, sizeof(service), "%d", port);
	failure = getaddrinfo(host, service, &hints, &list);
	if (failure != 0)
	{
		log_debug("could not resolve \"%s\": %s", host, gai_strerror(failure));
		errno = EADDRNOTAVAIL;
		return -1;
	}
	fd = open_first(list, both_families);
	freeaddrinfo(list);
	return fd;
}

/*
 * Opens an address.  Without a host, one IPv6 socket takes both families; where
 * there is no IPv6, an IPv4 one.
 */
int
listen_open(const char *address)
{
	char host[256];
	int port;
	int fd;

	if (!address_parse(address, host, sizeof(host), &port))
	{
		log_error("could not listen on \"%s\": wanted HOST:PORT", address);
		return -1;
	}
	if (*host != '\0')
		fd = open_host(host, port, false);
	else
	{
		fd = open_host("::", port, true);
		if (fd < 0 && errno != EADDRINUSE)
			fd = open_host("0.0.0.0", port, false);
	}
	if (fd < 0)
		log_error("could not listen on \"%s\": %s", address, strerror(errno));
	return fd;
}

/*
 * Asks the kernel for the address, which shows the port behind port 0.
 */
void
listen_name(int socket, char *name, size_t size)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	char host[48];
	char port[8];

	if (getsockname(socket, (struct sockaddr *) &address, &length) != 0 ||
	    getnameinfo((struct sockaddr *) &address, length, host, sizeof(host), port,
	                sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		snprintf(name, size, "unknown address");
	else if (strchr(host, ':') != NULL)
		snprintf(name, size, "[%s]:%s", host, port);
	else
		snprintf(name, size, "%s:%s", host, port);
}
