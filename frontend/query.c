/*
 * query.c
 *	  Parameters of a request; see query.h.
 */
#include "frontend/query.h"

#include "common/utf8.h"

#include <string.h>

/*
 * A parameter, decoded.
 */
typedef struct Parameter
{
	const char *name;
	size_t name_length;
	const char *value;
	size_t value_length;
	bool written;
} Parameter;

typedef struct ParameterList
{
	size_t count;
	Parameter list[MAX_PARAMETERS];
} ParameterList;

static const char not_decodable[] =
	"The path or the query has a broken percent escape, a NUL character, or bytes "
	"that are not UTF-8.";

/*
 * The value of a hexadecimal digit; -1 for anything else.
 */
static int
hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

/*
 * Decodes; see query.h.  What is decoded is never longer, so it fits in place.
 */
long
percent_decode(char *text, size_t length, bool plus_is_space)
{
	size_t used = 0;

	for (size_t i = 0; i < length; i++)
	{
		char byte = text[i];

		if (byte == '%')
		{
			int high = i + 2 < length ? hex_value(text[i + 1]) : -1;
			int low = i + 2 < length ? hex_value(text[i + 2]) : -1;

			if (high < 0 || low < 0)
				return -1;
			byte = (char) (high * 16 + low);
			i += 2;
		}
		else if (byte == '+' && plus_is_space)
			byte = ' ';
		if (byte == '\0')
			return -1;
		text[used++] = byte;
	}
	text[used] = '\0';
	return utf8_is_valid(text, used) ? (long) used : -1;
}

/*
 * Adds a parameter to the list.
 */
static bool
add_parameter(ParameterList *parameters, const char *name, size_t name_length,
              const char *value, size_t value_length)
{
	Parameter *parameter;

	if (parameters->count == MAX_PARAMETERS)
		return false;
	parameter = &parameters->list[parameters->count++];
	parameter->name = name;
	parameter->name_length = name_length;
	parameter->value = value;
	parameter->value_length = value_length;
	parameter->written = false;
	return true;
}

/*
 * Decodes the parameters of the path.  They point into the path, which is the
 * request's own copy, so that decoding in place is fine: routing is over.
 */
static const char *
take_path(const RouteMatch *match, ParameterList *parameters)
{
	for (int i = 0; i < match->nparameters; i++)
	{
		Span name = match->names[i];
		char *value = (char *) match->values[i].text;
		long length = percent_decode(value, match->values[i].length, false);

		if (length < 0)
			return not_decodable;
		add_parameter(parameters, name.text, name.length, value, (size_t) length);
	}
	return NULL;
}

/*
 * Whether the path has a parameter of this name already.
 */
static bool
is_path_parameter(const RouteMatch *match, const char *name, size_t length)
{
	for (int i = 0; i < match->nparameters; i++)
	{
		if (match->names[i].length == length &&
		    memcmp(match->names[i].text, name, length) == 0)
			return true;
	}
	return false;
}

/*
 * Decodes one "name=value" of the query.  A name that the path gives is refused:
 * no function should have to choose between two values for one thing.
 */
static const char *
take_pair(const RouteMatch *match, char *pair, size_t length, ParameterList *parameters)
{
	char *equals = memchr(pair, '=', length);
	size_t name_length = equals ? (size_t) (equals - pair) : length;
	char *value = equals ? equals + 1 : pair + length;
	long name_decoded;
	long value_decoded;

	/* The value first: decoding the name would overwrite the '='. */
	value_decoded = percent_decode(value, length - (size_t) (value - pair), true);
	name_decoded = percent_decode(pair, name_length, true);
	if (name_decoded < 0 || value_decoded < 0)
		return not_decodable;
	if (name_decoded == 0)
		return "The query has a parameter without a name.";
	if (is_path_parameter(match, pair, (size_t) name_decoded))
		return "The query repeats a parameter of the path.";
	if (!add_parameter(parameters, pair, (size_t) name_decoded, value,
	                   (size_t) value_decoded))
		return "The query has too many parameters.";
	return NULL;
}

/*
 * Decodes the query.  Each pair is terminated before it is decoded, since
 * decoding writes a NUL byte just behind its result.
 */
static const char *
take_query(const RouteMatch *match, char *query, ParameterList *parameters)
{
	while (query != NULL && *query != '\0')
	{
		size_t length = strcspn(query, "&");
		char *next = query[length] == '&' ? query + length + 1 : NULL;
		const char *problem = NULL;

		query[length] = '\0';
		if (length > 0)
			problem = take_pair(match, query, length, parameters);
		if (problem != NULL)
			return problem;
		query = next;
	}
	return NULL;
}

/*
 * Writes one name with all of its values, which may be scattered over the rest
 * of the list.
 */
static void
write_name(ParameterList *parameters, size_t first, Buffer *json)
{
	const Parameter *head = &parameters->list[first];
	const char *separator = "[";

	buffer_json(json, head->name, head->name_length);
	buffer_text(json, ":");
	for (size_t i = first; i < parameters->count; i++)
	{
		Parameter *parameter = &parameters->list[i];

		if (parameter->name_length != head->name_length ||
		    memcmp(parameter->name, head->name, head->name_length) != 0)
			continue;
		buffer_text(json, separator);
		buffer_json(json, parameter->value, parameter->value_length);
		parameter->written = true;
		separator = ",";
	}
	buffer_text(json, "]");
}

/*
 * Writes the object.
 */
static void
write_object(ParameterList *parameters, Buffer *json)
{
	const char *separator = "";

	buffer_text(json, "{");
	for (size_t i = 0; i < parameters->count; i++)
	{
		if (parameters->list[i].written)
			continue;
		buffer_text(json, separator);
		write_name(parameters, i, json);
		separator = ",";
	}
	buffer_text(json, "}");
}

/*
 * Collects, then writes.
 */
const char *
parameters_to_json(const RouteMatch *match, char *query, Buffer *json)
{
	ParameterList parameters;
	const char *problem;

	parameters.count = 0;
	problem = take_path(match, &parameters);
	if (problem == NULL)
		problem = take_query(match, query, &parameters);
	if (problem == NULL)
		write_object(&parameters, json);
	return problem;
}
