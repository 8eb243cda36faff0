/*
 * test_document.c
 *	  The two forms of an answer.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "frontend/document.h"

#include <string.h>
#include <zlib.h>

/*
 * Unpacks a document; returns the length.
 */
static size_t
unpack(const Document *document, char *out, size_t size)
{
	z_stream stream = {0};
	size_t length;

	assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
	stream.next_in = (Bytef *) document->data;
	stream.avail_in = (uInt) document->length;
	stream.next_out = (Bytef *) out;
	stream.avail_out = (uInt) size;
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	length = size - stream.avail_out;
	inflateEnd(&stream);
	return length;
}

/*
 * The packed form holds the same, is shorter, and has a tag of its own.
 */
static void
test_forms(void **state)
{
	char body[4096];
	char out[sizeof(body)];
	Document *plain;
	Document *packed;

	(void) state;
	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = "{\"total\": 12.34}"[i % 16];
	plain = document_new(body, sizeof(body), false);
	packed = document_new(body, sizeof(body), true);
	assert_false(plain->packed);
	assert_int_equal(plain->length, sizeof(body));
	assert_memory_equal(plain->data, body, sizeof(body));
	assert_true(packed->packed);
	assert_true(packed->length < sizeof(body) / 2);
	assert_int_equal(unpack(packed, out, sizeof(out)), sizeof(body));
	assert_memory_equal(out, body, sizeof(body));
	assert_string_not_equal(plain->etag, packed->etag);
	document_release(plain);
	document_release(packed);
}

/*
 * What is short, or does not become shorter, stays as it is.
 */
static void
test_no_use(void **state)
{
	char body[2048];
	uint32_t seed = 1;
	Document *document;

	(void) state;
	for (size_t i = 0; i < sizeof(body); i++)
	{
		seed = seed * 1664525 + 1013904223;
		body[i] = (char) (seed >> 24);
	}
	document = document_new(body, sizeof(body), true);
	assert_false(document->packed);
	assert_memory_equal(document->data, body, sizeof(body));
	document_release(document);
	memset(body, ' ', sizeof(body));
	document = document_new(body, DOCUMENT_PACK_MIN - 1, true);
	assert_false(document->packed);
	document_release(document);
	document = document_new(body, DOCUMENT_PACK_MIN, true);
	assert_true(document->packed);
	document_release(document);
	document = document_new("", 0, true);
	assert_int_equal(document->length, 0);
	document_release(document);
}

/*
 * The same body has the same tag, in whichever process.
 */
static void
test_tags(void **state)
{
	Document *one = document_new("[1]", 3, false);
	Document *same = document_new("[1]", 3, true);
	Document *other = document_new("[2]", 3, false);

	(void) state;
	assert_string_equal(one->etag, same->etag);
	assert_string_not_equal(one->etag, other->etag);
	assert_true(document_size(one) >= sizeof(Document) + 3);
	document_hold(one);
	document_release(one);
	assert_memory_equal(one->data, "[1]", 3);
	document_release(one);
	document_release(same);
	document_release(other);
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_no_use),
		cmocka_unit_test(test_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
