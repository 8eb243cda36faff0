/*
 * test_asset.c
 *	  The files inside the program: found by service and path, whole, and
 *	  reachable by the routes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "frontend/asset.h"
#include "frontend/etag.h"

#include <string.h>

/*
 * A file has one place in a service, with and without a final slash.
 */
static void
test_find(void **state)
{
	const Asset *page = asset_find(SERVICE_PRODUCER, "/api/docs/");
	const Asset *document = asset_find(SERVICE_PRODUCER, "/api/openapi.json");

	(void) state;
	assert_non_null(page);
	assert_ptr_equal(asset_find(SERVICE_PRODUCER, "/api/docs"), page);
	assert_ptr_equal(asset_find(SERVICE_CONSUMER, "/api/docs"), page);
	assert_null(asset_find(SERVICE_PRODUCER, "/api/doc"));
	assert_null(asset_find(SERVICE_PRODUCER, "/api/docs/nothing"));
	assert_null(asset_find(SERVICE_PRODUCER, ""));
	assert_non_null(document);
	assert_ptr_not_equal(asset_find(SERVICE_CONSUMER, "/api/openapi.json"), document);
}

/*
 * Checks that a tag is that of the bytes.
 */
static void
check_body(const AssetBody *body)
{
	char etag[ETAG_SIZE];

	assert_true(etag_make(body->data, body->length, etag));
	assert_string_equal(body->etag, etag);
}

/*
 * Each file is there to the last byte, and a route leads to it.
 */
static void
test_table(void **state)
{
	(void) state;
	for (size_t i = 0; i < nassets; i++)
	{
		RouteMatch match;

		route_find(assets[i].service, "GET", assets[i].path, &match);
		assert_non_null(match.route);
		assert_int_equal(match.route->kind, ROUTE_STATIC);
		assert_int_equal(match.route->service & assets[i].service, assets[i].service);
		check_body(&assets[i].plain);
		if (assets[i].gzip.data == NULL)
			continue;
		check_body(&assets[i].gzip);
		assert_in_range(assets[i].gzip.length, 1, assets[i].plain.length - 1);
	}
}

/*
 * Each static route without a parameter has a file in each of its services.
 */
static void
test_routes(void **state)
{
	size_t count;
	const Route *routes = route_table(&count);

	(void) state;
	for (size_t i = 0; i < count; i++)
	{
		if (routes[i].kind != ROUTE_STATIC || strchr(routes[i].pattern, '{') != NULL)
			continue;
		for (int service = SERVICE_PRODUCER; service <= SERVICE_CONSUMER; service++)
		{
			if (routes[i].service & service)
				assert_non_null(asset_find((Service) service, routes[i].pattern));
		}
	}
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
