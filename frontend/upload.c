/*
 * upload.c
 *	  The body of a batch; see upload.h.
 */
#include "frontend/upload.h"

#include "frontend/admit.h"
#include "frontend/header.h"
#include "frontend/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes before the results, where the head is written when the counts are known. */
#define HEAD_ROOM 512

/*
 * Begins with the first byte of the body.
 */
static Upload *
upload_new(Request *request)
{
	const char *type = request->headers.content_type;
	Upload *upload = calloc(1, sizeof(Upload));

	if (upload == NULL)
		return NULL;
	split_init(&upload->split,
	           content_type_is(type, NDJSON_CONTENT_TYPE) ? SPLIT_LINES : SPLIT_ARRAY,
	           (size_t) request->frontend->options.max_body);
	pgarray_init(&upload->chunk, PGARRAY_BYTEA);
	if (!buffer_reserve(&upload->results, HEAD_ROOM))
	{
		pgarray_free(&upload->chunk);
		free(upload);
		return NULL;
	}
	memset(upload->results.data, ' ', HEAD_ROOM);
	upload->results.used = HEAD_ROOM;
	return upload;
}

/*
 * Frees all that is held.
 */
void
upload_free(Request *request)
{
	Upload *upload = request->upload;

	if (upload == NULL)
		return;
	body_budget_give(&request->frontend->budget, upload->charged);
	split_free(&upload->split);
	pgarray_free(&upload->chunk);
	buffer_free(&upload->results);
	buffer_free(&upload->after);
	buffer_free(&upload->detail);
	free(upload);
	request->upload = NULL;
}

/*
 * Brings the budget in line with what is held.  False when there is no room.
 */
static bool
charge(Request *request)
{
	BodyBudget *budget = &request->frontend->budget;
	Upload *upload = request->upload;
	size_t held = upload->chunk_bytes + upload->split.partial.used +
	              upload->results.used + upload->after.used;

	if (held > upload->charged && !body_budget_take(budget, held - upload->charged))
		return false;
	if (held < upload->charged)
		body_budget_give(budget, upload->charged - held);
	upload->charged = held;
	return true;
}

/*
 * Gives up: what was committed is, and all may be sent again.
 */
static UploadStep
refuse(Request *request, ProblemCode code)
{
	upload_free(request);
	request->refusal = code;
	return UPLOAD_REFUSED;
}

/*
 * Writes the result of a receipt that the database does not get to see.
 */
static void
note_too_large(Request *request)
{
	Upload *upload = request->upload;
	char message[160];
	char text[320];

	snprintf(message, sizeof(message),
	         request_language(request) == NULL
	             ? "the receipt has %zu bytes; at most %d are allowed"
	             : "размер чека в байтах — %zu; допустимо не больше %d",
	         upload->split.length, request->frontend->options.max_body);
	snprintf(
		text, sizeof(text),
		"{\"index\": %d, \"status\": \"rejected\", \"errors\": [{\"pointer\": \"\", "
		"\"code\": \"too_long\", \"message\": \"%s\"}]}",
		upload->first_index + upload->chunk.count, message);
	buffer_text(&upload->after, text);
	upload->rejected++;
}

/*
 * Ends the batch before its end.
 */
static void
end_early(Upload *upload, ProblemCode problem)
{
	upload->ended = true;
	upload->problem = problem;
}

/*
 * Says why the array cannot be read on.
 */
static void
note_broken(Upload *upload, const char *bytes, size_t length)
{
	split_describe(&upload->split, bytes, length, &upload->detail);
	buffer_text(&upload->detail, ". The receipts before are dealt with: see results.");
	end_early(upload, PROBLEM_MALFORMED_BATCH);
}

/*
 * Puts a receipt into the chunk.
 */
static void
add_receipt(Upload *upload)
{
	pgarray_bytes(&upload->chunk, upload->split.receipt, upload->split.receipt_length);
	upload->chunk_bytes += upload->split.receipt_length;
}

/*
 * Whether the chunk is ready to go.
 */
static bool
is_full(const Request *request)
{
	const Options *options = &request->frontend->options;
	const Upload *upload = request->upload;

	return upload->ended || upload->after.used > 0 ||
	       upload->chunk.count >= options->batch_rows ||
	       upload->chunk_bytes >= (size_t) options->max_body;
}

/*
 * Deals with what the splitter found.  False when there is no memory.
 */
static bool
take_event(Request *request, SplitEvent event, const char *rest, size_t length)
{
	Upload *upload = request->upload;

	if (event == SPLIT_RECEIPT || event == SPLIT_TOO_LARGE)
	{
		if (upload->first_index + upload->chunk.count >= UPLOAD_MAX_RECEIPTS)
			end_early(upload, PROBLEM_BATCH_TOO_LONG);
		else if (event == SPLIT_RECEIPT)
			add_receipt(upload);
		else
			note_too_large(request);
	}
	else if (event == SPLIT_BROKEN)
		note_broken(upload, rest, length);
	return event != SPLIT_NO_MEMORY;
}

/*
 * Takes bytes; see upload.h.
 */
UploadStep
upload_take(Request *request, const char *bytes, size_t length, size_t *used)
{
	*used = 0;
	if (request->upload == NULL)
		request->upload = upload_new(request);
	while (request->upload != NULL && *used < length && !is_full(request))
	{
		Upload *upload = request->upload;
		size_t step;
		SplitEvent event =
			split_feed(&upload->split, bytes + *used, length - *used, &step);

		*used += step;
		if (!take_event(request, event, bytes + *used, length - *used) ||
		    upload->after.failed)
			return refuse(request, PROBLEM_OVERLOADED);
	}
	if (request->upload == NULL || !charge(request))
		return refuse(request, PROBLEM_OVERLOADED);
	return is_full(request) ? UPLOAD_SUBMIT : UPLOAD_MORE;
}

/*
 * The problems of the receipts are answered as such; the batch itself has one when
 * it could not be read to its end.
 */
static void
write_head(const Upload *upload, Buffer *head)
{
	char counts[160];

	if (upload->problem != PROBLEM_NONE)
	{
		problem_write(upload->problem, upload->detail.data, head);
		head->used--; /* more members follow */
		buffer_text(head, ", ");
	}
	else
		buffer_text(head, "{");
	snprintf(counts, sizeof(counts),
	         "\"accepted\": %lld, \"duplicates\": %lld, \"conflicts\": %lld, "
	         "\"rejected\": %lld, \"results\": [",
	         upload->accepted, upload->duplicates, upload->conflicts, upload->rejected);
	buffer_text(head, counts);
}

/*
 * Answers.  The head goes right before the results, which are not copied: the
 * answer takes them over with their charge.
 */
static void
answer(Request *request)
{
	Upload *upload = request->upload;
	Buffer head = {0};
	Content content = {upload->problem != PROBLEM_NONE ? PROBLEM_CONTENT_TYPE
	                                                   : JSON_CONTENT_TYPE,
	                   NULL, 0, NULL, NULL};

	write_head(upload, &head);
	buffer_text(&upload->results, "]}");
	if (head.failed || head.used > HEAD_ROOM || upload->results.failed)
		reply_problem(request, PROBLEM_INTERNAL, NULL);
	else
	{
		content.data = upload->results.data + HEAD_ROOM - head.used;
		content.length = upload->results.used - HEAD_ROOM + head.used;
		memcpy(upload->results.data + HEAD_ROOM - head.used, head.data, head.used);
		reply_content(request,
		              upload->problem != PROBLEM_NONE ? problem_status(upload->problem)
		                                              : MHD_HTTP_OK,
		              &content);
		reply_add_language(request);
	}
	buffer_free(&head);
}

/*
 * Ends; a batch without a receipt is submitted too, or anybody could send one.
 */
UploadStep
upload_end(Request *request)
{
	Upload *upload;

	if (request->upload == NULL)
		request->upload = upload_new(request);
	upload = request->upload;
	if (upload == NULL || !take_event(request, split_end(&upload->split), "", 0) ||
	    !charge(request))
		return refuse(request, PROBLEM_OVERLOADED);
	upload->ended = true;
	if (upload->chunk.count > 0 || upload->after.used > 0 || !upload->submitted)
		return UPLOAD_SUBMIT;
	answer(request);
	return UPLOAD_MORE;
}

/*
 * Adds results behind those that there are.
 */
void
upload_add_results(Upload *upload, const char *results)
{
	if (*results == '\0')
		return;
	if (upload->results.used > HEAD_ROOM)
		buffer_text(&upload->results, ", ");
	buffer_text(&upload->results, results);
}

/*
 * Counts the chunk against the rate of the token.  The first receipt of all has
 * been counted as the request.
 */
static void
charge_receipts(const Request *request)
{
	const Upload *upload = request->upload;
	int count = upload->chunk.count - (upload->submitted ? 0 : 1);

	if (count > 0)
		admit_charge(request, count);
}

/*
 * Makes the upload ready for its next chunk.
 */
void
upload_chunk_done(Request *request)
{
	Upload *upload = request->upload;

	charge_receipts(request);
	if (upload->after.used > 0)
	{
		upload_add_results(upload, upload->after.data);
		upload->first_index++;
	}
	upload->after.used = 0;
	upload->first_index += upload->chunk.count;
	upload->submitted = true;
	upload->chunk_bytes = 0;
	pgarray_clear(&upload->chunk);
	if (upload->results.failed || !charge(request))
		reply_problem(request, PROBLEM_OVERLOADED, NULL);
	else if (upload->ended)
		answer(request);
}
