/*
 * document.c
 *	  A good answer to a GET; see document.h.
 */
#define ZLIB_CONST
#include "frontend/document.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Window of 32 KiB, and the frame of gzip. */
#define GZIP_WINDOW_BITS (15 + 16)
#define MEMORY_LEVEL 8

/*
 * Packs a body, if that makes it shorter.  False when it does not, or when there
 * is no memory: then it is sent as it is.
 */
static bool
pack(Document *document, const char *body, size_t length)
{
	z_stream stream = {0};
	int result;

	if (deflateInit2(&stream, DOCUMENT_PACK_LEVEL, Z_DEFLATED, GZIP_WINDOW_BITS,
	                 MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	/* One byte less than the body: what does not fit does not pay. */
	document->data = malloc(length - 1);
	stream.next_in = (const Bytef *) body;
	stream.avail_in = (uInt) length;
	stream.next_out = (Bytef *) document->data;
	stream.avail_out = (uInt) (length - 1);
	result = document->data ? deflate(&stream, Z_FINISH) : Z_MEM_ERROR;
	document->length = length - 1 - stream.avail_out;
	deflateEnd(&stream);
	if (result == Z_STREAM_END)
	{
		char *fitted = realloc(document->data, document->length);

		document->packed = true;
		if (fitted != NULL)
			document->data = fitted;
		return true;
	}
	free(document->data);
	document->data = NULL;
	return false;
}

/*
 * Copies a body.
 */
static bool
copy(Document *document, const char *body, size_t length)
{
	document->data = malloc(length + 1);
	if (document->data == NULL)
		return false;
	memcpy(document->data, body, length);
	document->length = length;
	return true;
}

/*
 * Makes a document.
 */
Document *
document_new(const char *body, size_t length, bool gzip)
{
	Document *document = calloc(1, sizeof(Document));

	if (document == NULL)
		return NULL;
	atomic_init(&document->holders, 1);
	if ((gzip && length >= DOCUMENT_PACK_MIN && length <= UINT_MAX &&
	     pack(document, body, length)) ||
	    copy(document, body, length))
	{
		if (etag_make(document->data, document->length, document->etag))
			return document;
	}
	document_release(document);
	return NULL;
}

/*
 * Adds a holder.
 */
void
document_hold(Document *document)
{
	atomic_fetch_add(&document->holders, 1);
}

/*
 * Takes one away; the last one frees.
 */
void
document_release(void *arg)
{
	Document *document = arg;

	if (atomic_fetch_sub(&document->holders, 1) > 1)
		return;
	free(document->data);
	free(document);
}

/*
 * Counts the memory.
 */
size_t
document_size(const Document *document)
{
	return sizeof(Document) + document->length;
}
