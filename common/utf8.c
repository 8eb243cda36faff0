/*
 * utf8.c
 *	  Strict UTF-8 checking; see utf8.h.
 */
#include "common/utf8.h"

#include <stdint.h>

/*
 * How many bytes a lead byte announces; 0 for one that cannot lead.  C0, C1 and
 * F5..FF never occur in valid UTF-8.
 */
static int
announced_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xC2 && lead <= 0xDF)
		return 2;
	if (lead >= 0xE0 && lead <= 0xEF)
		return 3;
	if (lead >= 0xF0 && lead <= 0xF4)
		return 4;
	return 0;
}

/*
 * Whether the second byte keeps a 3- or 4-byte form from being overlong, a
 * surrogate, or beyond U+10FFFF.
 */
static bool
second_byte_fits(unsigned char lead, unsigned char second)
{
	switch (lead)
	{
		case 0xE0:
			return second >= 0xA0;
		case 0xED:
			return second <= 0x9F;
		case 0xF0:
			return second >= 0x90;
		case 0xF4:
			return second <= 0x8F;
		default:
			return true;
	}
}

/*
 * Length of the character at text.
 */
int
utf8_length(const unsigned char *text, size_t available)
{
	int length = available > 0 ? announced_length(text[0]) : 0;

	if (length == 0 || (size_t) length > available)
		return 0;
	for (int i = 1; i < length; i++)
	{
		if ((text[i] & 0xC0) != 0x80)
			return 0;
	}
	if (length > 2 && !second_byte_fits(text[0], text[1]))
		return 0;
	return length;
}

/*
 * Checks a whole text.
 */
bool
utf8_is_valid(const char *text, size_t length)
{
	const unsigned char *at = (const unsigned char *) text;

	while (length > 0)
	{
		int step = utf8_length(at, length);

		if (step == 0)
			return false;
		at += step;
		length -= (size_t) step;
	}
	return true;
}
