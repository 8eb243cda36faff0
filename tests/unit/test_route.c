/*
 * test_route.c
 *	  Routes: which path and method lead where.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "frontend/call.h"
#include "frontend/route.h"

#include <string.h>

/*
 * Checks which pattern a request leads to; NULL: none.
 */
static void
check(Service service, const char *method, const char *path, const char *pattern)
{
	RouteMatch match;

	route_find(service, method, path, &match);
	if (pattern == NULL)
		assert_null(match.route);
	else
	{
		assert_non_null(match.route);
		assert_string_equal(match.route->pattern, pattern);
	}
}

/*
 * Checks Allow; "" means that the path is not known.
 */
static void
check_allow(Service service, const char *path, const char *allow)
{
	RouteMatch match;

	route_find(service, "PATCH", path, &match);
	assert_null(match.route);
	assert_int_equal(match.path_matched, *allow != '\0');
	assert_string_equal(match.allow, allow);
}

/*
 * Paths work with and without the final slash, not with more of them.
 */
static void
test_slashes(void **state)
{
	(void) state;
	check(SERVICE_PRODUCER, "POST", "/api/checks/", "/api/checks/");
	check(SERVICE_PRODUCER, "POST", "/api/checks", "/api/checks/");
	check(SERVICE_PRODUCER, "GET", "/livez/", "/livez");
	check(SERVICE_PRODUCER, "POST", "/api/checks//", NULL);
	check(SERVICE_PRODUCER, "POST", "//api/checks/", NULL);
	check(SERVICE_PRODUCER, "POST", "/api//checks/", NULL);
	check(SERVICE_PRODUCER, "POST", "api/checks/", NULL);
	check(SERVICE_PRODUCER, "GET", "/", NULL);
	check(SERVICE_PRODUCER, "GET", "", NULL);
	check(SERVICE_PRODUCER, "GET", "/a/b/c/d/e/f/g/h/i/j", NULL);
}

/*
 * Parameters are handed over as they stand in the path.
 */
static void
test_parameters(void **state)
{
	RouteMatch match;

	(void) state;
	route_find(SERVICE_CONSUMER, "GET", "/api/places/a%2Fb+c/", &match);
	assert_non_null(match.route);
	assert_string_equal(match.route->function, "place");
	assert_int_equal(match.nparameters, 1);
	assert_int_equal(match.names[0].length, strlen("place_id"));
	assert_memory_equal(match.names[0].text, "place_id", 8);
	assert_int_equal(match.values[0].length, strlen("a%2Fb+c"));
	assert_memory_equal(match.values[0].text, "a%2Fb+c", 7);
	check(SERVICE_CONSUMER, "GET", "/api/places//", NULL);
}

/*
 * A literal segment comes before a parameter in its place.
 */
static void
test_literals_first(void **state)
{
	(void) state;
	check(SERVICE_CONSUMER, "GET", "/api/analytics/timeseries/",
	      "/api/analytics/timeseries/");
	check(SERVICE_CONSUMER, "GET", "/api/analytics/timeseries2/",
	      "/api/analytics/{place_id}/");
	check(SERVICE_CONSUMER, "POST", "/api/dead-letters/retry/",
	      "/api/dead-letters/retry/");
}

/*
 * HEAD goes where GET goes, and methods are told apart by case.
 */
static void
test_methods(void **state)
{
	RouteMatch match;

	(void) state;
	check(SERVICE_CONSUMER, "HEAD", "/api/places/", "/api/places/");
	check(SERVICE_CONSUMER, "get", "/api/places/", NULL);
	check(SERVICE_CONSUMER, "HEAD", "/api/dead-letters/1/retry/", NULL);
	route_find(SERVICE_CONSUMER, "POST", "/api/rollups/", &match);
	assert_string_equal(match.route->function, "rollup_start");
	route_find(SERVICE_CONSUMER, "GET", "/api/rollups/", &match);
	assert_string_equal(match.route->function, "rollups");
}

/*
 * Allow lists what the path takes.
 */
static void
test_allow(void **state)
{
	(void) state;
	check_allow(SERVICE_CONSUMER, "/api/rollups/", "GET, HEAD, POST, OPTIONS");
	check_allow(SERVICE_PRODUCER, "/api/checks", "POST, GET, HEAD, OPTIONS");
	check_allow(SERVICE_CONSUMER, "/api/dead-letters/retry", "POST, OPTIONS");
	check_allow(SERVICE_PRODUCER, "/api/tokens/5/", "DELETE, OPTIONS");
	check_allow(SERVICE_PRODUCER, "/api/nothing/", "");
}

/*
 * Each service has its own routes, and the listener for health only those.
 */
static void
test_services(void **state)
{
	(void) state;
	check(SERVICE_CONSUMER, "POST", "/api/checks/", NULL);
	check(SERVICE_PRODUCER, "GET", "/api/analytics/", NULL);
	check(SERVICE_ADMIN, "GET", "/metrics", "/metrics");
	check(SERVICE_ADMIN, "GET", "/api/tokens/", NULL);
	check_allow(SERVICE_ADMIN, "/api/tokens/", "");
}

/*
 * What the rest of the program takes for granted of the table.
 */
static void
test_table(void **state)
{
	size_t count;
	const Route *routes = route_table(&count);

	(void) state;
	assert_in_range(count, 1, MAX_STATEMENTS - 5);
	for (size_t i = 0; i < count; i++)
	{
		assert_int_equal(route_index(&routes[i]), i);
		assert_true(method_is_known(routes[i].method));
		assert_int_equal(routes[i].pattern[0], '/');
		assert_int_equal(routes[i].kind == ROUTE_CALL ||
		                     routes[i].kind == ROUTE_FIGURES,
		                 routes[i].function != NULL);
		assert_non_null(routes[i].role);
		assert_non_null(routes[i].summary);
		if (routes[i].function != NULL)
			assert_in_range(strlen(routes[i].function), 1, STATEMENT_SQL_SIZE - 64);
	}
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slashes),        cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_literals_first), cmocka_unit_test(test_methods),
		cmocka_unit_test(test_allow),          cmocka_unit_test(test_services),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
