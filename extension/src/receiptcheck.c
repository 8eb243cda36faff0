/*
 * receiptcheck.c
 *	  What can be judged only of a whole receipt.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/timestamp.h"

#include "decimalformat.h"
#include "limits.h"
#include "problemtext.h"
#include "receiptcheck.h"
#include "receiptsettings.h"

/*
 * Whether an instant is not further ahead than the setting allows, as seen
 * from the start of the statement: every receipt of one is judged alike.
 */
bool
within_future_limit(TimestampTz instant)
{
	TimestampTz now = GetCurrentStatementStartTimestamp();

	return instant - now <= (int64) future_limit * USECS_PER_SEC;
}

/* Add a finding with the severity that the rule is set to. */
static void
add_finding(ProblemList *problems, int rule, ProblemCode code, const char *pointer,
            char *message)
{
	problems_add(problems, rule == RULE_REJECT ? SEVERITY_ERROR : SEVERITY_WARNING,
	             code, pstrdup(pointer), message);
}

/* Money for a message. */
static char *
money(int128 value)
{
	return decimal_to_cstring(value, MONEY_DECIMALS, MONEY_DECIMALS);
}

/* Rule: the total is the sum of the lines. */
void
check_total_amount(const Receipt *receipt, ProblemList *problems)
{
	if (total_amount_rule == RULE_OFF || receipt->total_amount == receipt->items_sum)
		return;
	add_finding(problems, total_amount_rule, PROBLEM_TOTAL_MISMATCH, "/total_amount",
	            psprintf(problem_text("total_amount is %s; the items sum up to %s"),
	                     money(receipt->total_amount), money(receipt->items_sum)));
}

/* Rule: the tax is part of the total, so not above it. */
void
check_nds_amount(const Receipt *receipt, ProblemList *problems)
{
	if (nds_amount_rule == RULE_OFF || receipt->nds_amount <= receipt->total_amount)
		return;
	add_finding(
		problems, nds_amount_rule, PROBLEM_NDS_ABOVE_TOTAL, "/nds_amount",
		psprintf(
			problem_text("nds_amount is %s; total_amount, which includes it, is %s"),
			money(receipt->nds_amount), money(receipt->total_amount)));
}
