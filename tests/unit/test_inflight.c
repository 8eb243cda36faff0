/*
 * test_inflight.c
 *	  The relay's window, also against a naive model of it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "bridge/inflight.h"

#include <stdlib.h>
#include <string.h>

/*
 * A receipt's way: sent, delivered, acknowledged.
 */
static void
test_way(void **state)
{
	Inflight *window = inflight_new(4, 1000);
	Flight *flight;

	(void) state;
	assert_false(inflight_contains(window, 7));
	flight = inflight_add(window, 7, 100);
	assert_true(inflight_contains(window, 7));
	assert_int_equal(inflight_sent_count(window), 1);
	assert_int_equal(inflight_bytes(window), 100);
	assert_null(inflight_first_delivered(window));

	inflight_delivered(window, flight, 3, 42);
	assert_int_equal(inflight_sent_count(window), 0);
	assert_int_equal(inflight_delivered_count(window), 1);
	assert_ptr_equal(inflight_first_delivered(window), flight);
	assert_int_equal(flight->id, 7);
	assert_int_equal(flight->partition, 3);
	assert_int_equal(flight->offset, 42);
	assert_true(inflight_contains(window, 7));

	inflight_acknowledged(window, 1);
	assert_false(inflight_contains(window, 7));
	assert_int_equal(inflight_delivered_count(window), 0);
	assert_int_equal(inflight_bytes(window), 0);
	inflight_free(window);
}

/*
 * Delivered flights come in order, and a part of them can be acknowledged while
 * others arrive.
 */
static void
test_order(void **state)
{
	Inflight *window = inflight_new(10, 1000);
	Flight *flights[5];

	(void) state;
	for (int i = 0; i < 5; i++)
		flights[i] = inflight_add(window, i, 1);
	inflight_delivered(window, flights[3], 0, 0);
	inflight_delivered(window, flights[0], 0, 1);
	assert_int_equal(inflight_first_delivered(window)->id, 3);
	assert_int_equal(inflight_first_delivered(window)->next->id, 0);
	inflight_acknowledged(window, 1);
	inflight_delivered(window, flights[4], 0, 2);
	assert_int_equal(inflight_first_delivered(window)->id, 0);
	assert_int_equal(inflight_first_delivered(window)->next->id, 4);
	inflight_acknowledged(window, 2);
	assert_null(inflight_first_delivered(window));
	inflight_remove_sent(window, flights[1]);
	inflight_delivered(window, flights[2], 0, 3);
	inflight_acknowledged(window, 1);
	assert_int_equal(inflight_room_messages(window), 10);
	inflight_free(window);
}

/*
 * The bounds by number and by bytes; an empty window takes anything.
 */
static void
test_bounds(void **state)
{
	Inflight *window = inflight_new(2, 100);
	Flight *large;

	(void) state;
	assert_true(inflight_has_room(window, 5000));
	large = inflight_add(window, 1, 5000);
	assert_int_equal(inflight_room_bytes(window), 0);
	assert_false(inflight_has_room(window, 1));
	inflight_remove_sent(window, large);
	inflight_add(window, 2, 60);
	assert_true(inflight_has_room(window, 40));
	assert_false(inflight_has_room(window, 41));
	inflight_add(window, 3, 1);
	assert_int_equal(inflight_room_messages(window), 0);
	assert_false(inflight_has_room(window, 1));
	inflight_reset(window);
	assert_false(inflight_contains(window, 2));
	assert_int_equal(inflight_room_messages(window), 2);
	assert_int_equal(inflight_room_bytes(window), 100);
	inflight_free(window);
}

#define MODEL_IDS 300

/*
 * What the model knows of an id.
 */
typedef struct Model
{
	Flight *flight; /* NULL: not in the window */
	int delivered;
} Model;

/*
 * Compares the window with the model.
 */
static void
compare(const Inflight *window, const Model *model)
{
	int sent = 0;
	int delivered = 0;

	for (int id = 0; id < MODEL_IDS; id++)
	{
		assert_int_equal(inflight_contains(window, id * 8), model[id].flight != NULL);
		sent += model[id].flight != NULL && !model[id].delivered;
		delivered += model[id].flight != NULL && model[id].delivered;
	}
	assert_int_equal(inflight_sent_count(window), sent);
	assert_int_equal(inflight_delivered_count(window), delivered);
}

/*
 * One random step.  Ids are multiples of 8, so that many share a home in a
 * small table and removal has gaps to close.
 */
static void
random_step(Inflight *window, Model *model, unsigned int *seed)
{
	int id = rand_r(seed) % MODEL_IDS;
	Model *m = &model[id];

	if (m->flight == NULL)
	{
		if (inflight_has_room(window, 10))
		{
			m->flight = inflight_add(window, id * 8, 10);
			m->delivered = 0;
		}
	}
	else if (!m->delivered && rand_r(seed) % 2)
	{
		inflight_remove_sent(window, m->flight);
		m->flight = NULL;
	}
	else if (!m->delivered)
	{
		inflight_delivered(window, m->flight, 0, 0);
		m->delivered = 1;
	}
	else if (inflight_first_delivered(window) != NULL)
	{
		int64_t first = inflight_first_delivered(window)->id / 8;

		inflight_acknowledged(window, 1);
		model[first].flight = NULL;
	}
}

/*
 * A long random history.
 */
static void
test_model(void **state)
{
	Inflight *window = inflight_new(100, 900);
	Model model[MODEL_IDS];
	unsigned int seed = 4711;

	(void) state;
	memset(model, 0, sizeof(model));
	for (int i = 0; i < 20000; i++)
	{
		random_step(window, model, &seed);
		if (i % 20 == 0)
			compare(window, model);
	}
	inflight_free(window);
}

/*
 * Runs them.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_way),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
