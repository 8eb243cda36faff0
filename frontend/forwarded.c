/*
 * forwarded.c
 *	  The address of a client behind proxies; see forwarded.h.
 */
#include "frontend/forwarded.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const unsigned char mapped_prefix[12] = {0, 0, 0, 0, 0,    0,
                                                0, 0, 0, 0, 0xFF, 0xFF};

/*
 * Reads an address of length bytes; *ipv4 says which family it was written in.
 */
static bool
parse_address(const char *text, size_t length, unsigned char bytes[16], bool *ipv4)
{
	char copy[ADDRESS_SIZE];

	if (length == 0 || length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	*ipv4 = inet_pton(AF_INET, copy, bytes + 12) == 1;
	if (*ipv4)
		memcpy(bytes, mapped_prefix, sizeof(mapped_prefix));
	return *ipv4 || inet_pton(AF_INET6, copy, bytes) == 1;
}

/*
 * Writes an address in its shortest form; a mapped one as IPv4.
 */
static void
write_address(const unsigned char bytes[16], char address[ADDRESS_SIZE])
{
	if (memcmp(bytes, mapped_prefix, sizeof(mapped_prefix)) == 0)
		inet_ntop(AF_INET, bytes + 12, address, ADDRESS_SIZE);
	else
		inet_ntop(AF_INET6, bytes, address, ADDRESS_SIZE);
}

/*
 * Narrows a piece of text to what stands between the blanks around it.
 */
static void
trim(const char **text, size_t *length)
{
	while (*length > 0 && (**text == ' ' || **text == '\t'))
	{
		(*text)++;
		(*length)--;
	}
	while (*length > 0 && ((*text)[*length - 1] == ' ' || (*text)[*length - 1] == '\t'))
		(*length)--;
}

/*
 * Reads "ADDRESS" or "ADDRESS/BITS".
 */
static bool
parse_network(const char *text, size_t length, Network *network)
{
	const char *slash = memchr(text, '/', length);
	size_t address_length = slash ? (size_t) (slash - text) : length;
	bool ipv4;
	int most;

	if (!parse_address(text, address_length, network->bytes, &ipv4))
		return false;
	most = ipv4 ? 32 : 128;
	network->bits = most;
	if (slash != NULL)
	{
		size_t digits = length - address_length - 1;

		if (digits < 1 || digits > 3 || strspn(slash + 1, "0123456789") < digits)
			return false;
		network->bits = atoi(slash + 1);
	}
	if (network->bits > most)
		return false;
	network->bits += ipv4 ? 96 : 0;
	return true;
}

/*
 * Reads a list.
 */
bool
networks_parse(Networks *networks, const char *text)
{
	networks->count = 0;
	while (*text != '\0')
	{
		size_t span = strcspn(text, ",");
		const char *piece = text;
		size_t length = span;

		trim(&piece, &length);
		if (length > 0)
		{
			if (networks->count == MAX_NETWORKS ||
			    !parse_network(piece, length, &networks->list[networks->count]))
				return false;
			networks->count++;
		}
		text += span + (text[span] == ',' ? 1 : 0);
	}
	return true;
}

/*
 * Whether the leading bits of an address are those of the network.
 */
static bool
network_contains(const Network *network, const unsigned char bytes[16])
{
	int whole = network->bits / 8;
	int rest = network->bits % 8;
	unsigned char mask = (unsigned char) (0xFF << (8 - rest));

	if (memcmp(network->bytes, bytes, (size_t) whole) != 0)
		return false;
	return rest == 0 || ((network->bytes[whole] ^ bytes[whole]) & mask) == 0;
}

/*
 * Whether any network holds an address.
 */
static bool
any_contains(const Networks *networks, const unsigned char bytes[16])
{
	for (int i = 0; i < networks->count; i++)
	{
		if (network_contains(&networks->list[i], bytes))
			return true;
	}
	return false;
}

/*
 * The same for an address as text.
 */
bool
networks_contain(const Networks *networks, const char *address)
{
	unsigned char bytes[16];
	bool ipv4;

	return parse_address(address, strlen(address), bytes, &ipv4) &&
	       any_contains(networks, bytes);
}

/*
 * Finds the last element of a list of length bytes.
 */
static size_t
last_element(const char *list, size_t length)
{
	while (length > 0 && list[length - 1] != ',')
		length--;
	return length;
}

/*
 * Walks X-Forwarded-For from its end, where the nearest proxy wrote, over
 * trusted proxies.  Something that is no address ends the walk: what stands
 * before it cannot be believed.
 */
void
forwarded_address(const Networks *trusted, const char *peer, const char *forwarded,
                  char address[ADDRESS_SIZE])
{
	size_t left = forwarded ? strlen(forwarded) : 0;
	unsigned char bytes[16];
	bool ipv4;

	if (!parse_address(peer, strlen(peer), bytes, &ipv4))
	{
		snprintf(address, ADDRESS_SIZE, "%s", peer);
		return;
	}
	while (left > 0 && any_contains(trusted, bytes))
	{
		size_t start = last_element(forwarded, left);
		const char *piece = forwarded + start;
		size_t length = left - start;
		unsigned char next[16];

		trim(&piece, &length);
		if (!parse_address(piece, length, next, &ipv4))
			break;
		memcpy(bytes, next, sizeof(bytes));
		left = start > 0 ? start - 1 : 0;
	}
	write_address(bytes, address);
}
