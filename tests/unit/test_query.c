/*
 * test_query.c
 *	  Parameters: decoding, and the JSON made of them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "frontend/query.h"

#include <stdio.h>
#include <string.h>

/*
 * Checks the JSON of a path below /api/places/ and a query; NULL: refused.
 */
static void
check(const char *place, const char *query, const char *wanted)
{
	char path[256];
	char copy[4096];
	Buffer json = {0};
	RouteMatch match;
	const char *problem;

	snprintf(path, sizeof(path), "/api/places/%s", place);
	snprintf(copy, sizeof(copy), "%s", query ? query : "");
	route_find(SERVICE_CONSUMER, "GET", path, &match);
	assert_non_null(match.route);
	problem = parameters_to_json(&match, query ? copy : NULL, &json);
	if (wanted == NULL)
		assert_non_null(problem);
	else
	{
		assert_null(problem);
		assert_string_equal(json.data, wanted);
	}
	buffer_free(&json);
}

/*
 * No parameters are an empty object, however the query is empty.
 */
static void
test_none(void **state)
{
	(void) state;
	check("", NULL, "{}");
	check("", "", "{}");
	check("", "&&", "{}");
}

/*
 * Repeated names gather in an array, in order, wherever they stand.
 */
static void
test_repeated(void **state)
{
	(void) state;
	check("", "a=1&b=2&a=3&a=1", "{\"a\":[\"1\",\"3\",\"1\"],\"b\":[\"2\"]}");
	check("", "a&a=", "{\"a\":[\"\",\"\"]}");
	check("", "%61=1&a=2", "{\"a\":[\"1\",\"2\"]}");
	check("", "A=1&a=2", "{\"A\":[\"1\"],\"a\":[\"2\"]}");
}

/*
 * Percent escapes, plus signs, and what JSON must escape.
 */
static void
test_decoding(void **state)
{
	(void) state;
	check("", "q=a+b%2Bc%20d", "{\"q\":[\"a b+c d\"]}");
	check("", "q=%22%5C%0A", "{\"q\":[\"\\\"\\\\\\n\"]}");
	check("", "q=%C3%A9\xc3\xa9", "{\"q\":[\"\xc3\xa9\xc3\xa9\"]}");
	check("", "q=a=b=c", "{\"q\":[\"a=b=c\"]}");
	check("", "q=%26%3D", "{\"q\":[\"&=\"]}");
	check("a%2Fb+c%25", NULL, "{\"place_id\":[\"a/b+c%\"]}");
	check("%C3%A9/", "x=1", "{\"place_id\":[\"\xc3\xa9\"],\"x\":[\"1\"]}");
}

/*
 * What is broken is refused.
 */
static void
test_refused(void **state)
{
	(void) state;
	check("", "q=%", NULL);
	check("", "q=%4", NULL);
	check("", "q=%zz", NULL);
	check("", "q=%00", NULL);
	check("", "%00=1", NULL);
	check("", "q=%ff", NULL);
	check("", "q=%c0%80", NULL);
	check("", "q=\xff", NULL);
	check("", "=1", NULL);
	check("a%", NULL, NULL);
	check("a%00b", NULL, NULL);
	check("%ff", NULL, NULL);
	check("x", "place_id=y", NULL);
	check("x", "place%5Fid=y", NULL);
}

/*
 * The number of parameters is bounded.
 */
static void
test_too_many(void **state)
{
	char query[2 * MAX_PARAMETERS + 8] = "";
	char *at = query;

	(void) state;
	for (int i = 0; i < MAX_PARAMETERS; i++)
	{
		*at++ = 'a';
		*at++ = '&';
	}
	*at = '\0';
	at[-1] = '\0';
	check("x", query, NULL); /* one from the path, and all these */
	at[-2] = '&';
	{
		RouteMatch match = {0};
		Buffer json = {0};

		assert_null(parameters_to_json(&match, query, &json));
		buffer_free(&json);
	}
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),     cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_decoding), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
