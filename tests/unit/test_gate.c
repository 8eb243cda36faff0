/*
 * test_gate.c
 *	  Rates of tokens, failed attempts of addresses, and the tables below them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "frontend/bucket.h"
#include "frontend/gate.h"
#include "frontend/keytable.h"

#include <stdlib.h>
#include <string.h>

#define NOW 1000000

/*
 * A key that tells n.
 */
static const unsigned char *
key_of(unsigned int n)
{
	static unsigned char keys[4][KEY_SIZE];
	static int at;
	unsigned char *key = keys[at++ % 4];

	memset(key, 0, KEY_SIZE);
	memcpy(key, &n, sizeof(n));
	return key;
}

/*
 * Full at first; then as many as time brings, never more than a minute's worth.
 */
static void
test_bucket(void **state)
{
	Bucket bucket = {0, 0};

	(void) state;
	assert_int_equal(bucket_left(&bucket, 60, NOW), 60);
	for (int i = 0; i < 60; i++)
		assert_true(bucket_take(&bucket, 60, NOW));
	assert_false(bucket_take(&bucket, 60, NOW));
	assert_int_equal(bucket_wait_ms(&bucket, 60, NOW), 1000);
	assert_int_equal(bucket_full_ms(&bucket, 60, NOW), 60000);
	assert_false(bucket_take(&bucket, 60, NOW + 999));
	assert_true(bucket_take(&bucket, 60, NOW + 1000));
	assert_false(bucket_take(&bucket, 60, NOW + 1000));
	assert_int_equal(bucket_left(&bucket, 60, NOW + 1000000), 60);
}

/*
 * What is owed has to come first.
 */
static void
test_bucket_owes(void **state)
{
	Bucket bucket = {0, 0};

	(void) state;
	bucket_drain(&bucket, 10, NOW, 25);
	assert_int_equal(bucket_left(&bucket, 10, NOW), 0);
	assert_int_equal(bucket_wait_ms(&bucket, 10, NOW), 16 * 6000);
	assert_false(bucket_take(&bucket, 10, NOW + 16 * 6000 - 1));
	assert_true(bucket_take(&bucket, 10, NOW + 16 * 6000));
}

/*
 * Against a plain count of time: over any while, no more than a minute's worth at
 * once and the rate after that.
 */
static void
test_bucket_against_count(void **state)
{
	(void) state;
	srand(7);
	for (int rate = 1; rate <= 1000; rate = rate * 3 + 1)
	{
		Bucket bucket = {0, 0};
		int64_t now = NOW;
		int64_t taken = 0;

		for (int i = 0; i < 5000; i++)
		{
			now += rand() % 500;
			taken += bucket_take(&bucket, rate, now) ? 1 : 0;
			assert_true(taken * 60000 <= (int64_t) rate * (60000 + now - NOW));
		}
		assert_true(taken == 5000 ||
		            (taken + 1) * 60000 > (int64_t) rate * (now - NOW));
	}
}

/*
 * Keys are found, dropped, and stay within the bound.
 */
static void
test_keytable(void **state)
{
	KeyTable *table = keytable_new(64, sizeof(int));
	int found = 0;

	(void) state;
	keytable_lock(table);
	assert_null(keytable_find(table, key_of(1)));
	*(int *) keytable_put(table, key_of(1)) = 11;
	assert_int_equal(*(int *) keytable_find(table, key_of(1)), 11);
	assert_int_equal(*(int *) keytable_put(table, key_of(1)), 11);
	keytable_drop(table, key_of(1));
	assert_null(keytable_find(table, key_of(1)));
	assert_int_equal(*(int *) keytable_put(table, key_of(1)), 0);
	for (unsigned int n = 1000; n < 11000; n++)
		*(int *) keytable_put(table, key_of(n)) = (int) n;
	for (unsigned int n = 1000; n < 11000; n++)
	{
		const int *value = keytable_find(table, key_of(n));

		if (value != NULL)
			assert_int_equal(*value, n);
		found += value != NULL;
	}
	assert_int_equal(found, 64);
	keytable_unlock(table);
	keytable_free(table);
}

/*
 * What is in use stays when others come.
 */
static void
test_keytable_keeps_the_used(void **state)
{
	KeyTable *table = keytable_new(64, sizeof(int));

	(void) state;
	keytable_lock(table);
	*(int *) keytable_put(table, key_of(1)) = 11;
	for (unsigned int n = 1000; n < 11000; n++)
	{
		keytable_put(table, key_of(n));
		assert_non_null(keytable_find(table, key_of(1)));
	}
	keytable_unlock(table);
	keytable_free(table);
}

/*
 * A token is limited once it is known, by its own rate or the usual one.
 */
static void
test_rates(void **state)
{
	Gate *gate = gate_new(5, 0);
	GateTicket ticket;

	(void) state;
	assert_int_equal(gate_enter(gate, key_of(1), "10.0.0.1", NOW, &ticket), GATE_OPEN);
	assert_int_equal(ticket.token_id, 0);
	assert_int_equal(ticket.limit, 0);
	gate_learn(gate, key_of(1), 42, 0, NOW, &ticket);
	assert_int_equal(ticket.token_id, 42);
	assert_int_equal(ticket.limit, 5);
	assert_int_equal(ticket.left, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(gate_enter(gate, key_of(1), "10.0.0.1", NOW, &ticket),
		                 GATE_OPEN);
	assert_int_equal(gate_enter(gate, key_of(1), "10.0.0.2", NOW, &ticket),
	                 GATE_LIMITED);
	assert_int_equal(ticket.retry_after_s, 12);
	assert_int_equal(ticket.left, 0);
	assert_int_equal(gate_enter(gate, key_of(1), "10.0.0.1", NOW + 12000, &ticket),
	                 GATE_OPEN);
	gate_learn(gate, key_of(2), 43, 1000, NOW, NULL);
	assert_int_equal(gate_enter(gate, key_of(2), "10.0.0.1", NOW, &ticket), GATE_OPEN);
	assert_int_equal(ticket.limit, 1000);
	gate_free(gate);
}

/*
 * Without a limit nothing is counted; a batch is.
 */
static void
test_unlimited_and_batches(void **state)
{
	Gate *gate = gate_new(0, 0);
	GateTicket ticket;

	(void) state;
	gate_learn(gate, key_of(1), 42, 0, NOW, NULL);
	gate_charge(gate, key_of(1), 1000000, NOW);
	assert_int_equal(gate_enter(gate, key_of(1), "::1", NOW, &ticket), GATE_OPEN);
	assert_int_equal(ticket.limit, 0);
	gate_learn(gate, key_of(1), 42, 60, NOW, NULL);
	gate_charge(gate, key_of(1), 89, NOW);
	assert_int_equal(gate_enter(gate, key_of(1), "::1", NOW, &ticket), GATE_LIMITED);
	assert_int_equal(ticket.retry_after_s, 30);
	gate_charge(gate, key_of(2), 5, NOW);
	gate_free(gate);
}

/*
 * Guesses are slowed by address; known tokens from there are not.
 */
static void
test_failures(void **state)
{
	Gate *gate = gate_new(0, 3);
	GateTicket ticket;

	(void) state;
	gate_learn(gate, key_of(1), 42, 0, NOW, NULL);
	for (unsigned int n = 100; n < 103; n++)
	{
		assert_int_equal(gate_enter(gate, key_of(n), "10.0.0.1", NOW, &ticket),
		                 GATE_OPEN);
		gate_fail(gate, key_of(n), "10.0.0.1", NOW);
	}
	assert_int_equal(gate_enter(gate, key_of(103), "10.0.0.1", NOW, &ticket),
	                 GATE_SUSPECT);
	assert_int_equal(ticket.retry_after_s, 20);
	assert_int_equal(gate_enter(gate, key_of(1), "10.0.0.1", NOW, &ticket), GATE_OPEN);
	assert_int_equal(gate_enter(gate, key_of(103), "10.0.0.2", NOW, &ticket),
	                 GATE_OPEN);
	assert_int_equal(gate_enter(gate, key_of(103), "10.0.0.1", NOW + 20000, &ticket),
	                 GATE_OPEN);
	/* One that was revoked is known no more. */
	gate_fail(gate, key_of(1), "10.0.0.1", NOW + 20000);
	assert_int_equal(gate_enter(gate, key_of(1), "10.0.0.1", NOW + 20000, &ticket),
	                 GATE_SUSPECT);
	gate_free(gate);
}

/*
 * A network of IPv6 counts as one address.
 */
static void
test_networks(void **state)
{
	Gate *gate = gate_new(0, 1);
	GateTicket ticket;

	(void) state;
	gate_fail(gate, key_of(1), "2001:db8:0:1::1", NOW);
	assert_int_equal(gate_enter(gate, key_of(2), "2001:db8:0:1:ffff::2", NOW, &ticket),
	                 GATE_SUSPECT);
	assert_int_equal(gate_enter(gate, key_of(2), "2001:db8:0:2::1", NOW, &ticket),
	                 GATE_OPEN);
	gate_free(gate);
}

/*
 * A use is written once a minute, and the rest at the end.
 */
static void
test_uses(void **state)
{
	Gate *gate = gate_new(0, 0);
	GateTicket ticket;
	GateUse uses[4];

	(void) state;
	gate_learn(gate, key_of(1), 42, 0, NOW, NULL);
	assert_int_equal(gate_take_uses(gate, NOW, false, uses, 4), 0);
	gate_enter(gate, key_of(1), "::1", NOW, &ticket);
	assert_int_equal(gate_take_uses(gate, NOW + 5, false, uses, 4), 1);
	assert_memory_equal(uses[0].token, key_of(1), DIGEST_SIZE);
	assert_int_equal(uses[0].age_ms, 5);
	gate_enter(gate, key_of(1), "::1", NOW + 10, &ticket);
	assert_int_equal(gate_take_uses(gate, NOW + 59999, false, uses, 4), 0);
	assert_int_equal(gate_take_uses(gate, NOW + 60005, false, uses, 4), 1);
	assert_int_equal(uses[0].age_ms, 59995);
	assert_int_equal(gate_take_uses(gate, NOW + 600000, false, uses, 4), 0);
	gate_enter(gate, key_of(1), "::1", NOW + 60010, &ticket);
	assert_int_equal(gate_take_uses(gate, NOW + 60010, false, uses, 4), 0);
	assert_int_equal(gate_take_uses(gate, NOW + 60010, true, uses, 4), 1);
	for (unsigned int n = 1; n <= 9; n++)
	{
		gate_learn(gate, key_of(n), n, 0, NOW, NULL);
		gate_enter(gate, key_of(n), "::1", NOW + 200000, &ticket);
	}
	assert_int_equal(gate_take_uses(gate, NOW + 200000, false, uses, 4), 4);
	assert_int_equal(gate_take_uses(gate, NOW + 200000, false, uses, 4), 4);
	assert_int_equal(gate_take_uses(gate, NOW + 200000, false, uses, 4), 1);
	gate_free(gate);
}

/*
 * Runs the tests of this file.
 */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bucket),
		cmocka_unit_test(test_bucket_owes),
		cmocka_unit_test(test_bucket_against_count),
		cmocka_unit_test(test_keytable),
		cmocka_unit_test(test_keytable_keeps_the_used),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_unlimited_and_batches),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_uses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
