/*
 * receiptjudge.c
 *	  SQL functions receipt_problems() and receipt_is_valid().
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "receiptcall.h"
#include "receiptparse.h"

/* Columns of receipt_problems(). */
enum
{
	COLUMN_SEVERITY,
	COLUMN_POINTER,
	COLUMN_CODE,
	COLUMN_MESSAGE,
	NCOLUMNS
};

PG_FUNCTION_INFO_V1(receipt_problems_text);
PG_FUNCTION_INFO_V1(receipt_problems_bytea);
PG_FUNCTION_INFO_V1(receipt_is_valid_text);
PG_FUNCTION_INFO_V1(receipt_is_valid_bytea);

/* Copy problems to where they outlive the call. */
static ProblemList *
copy_problems(const ProblemList *problems)
{
	ProblemList *copy = palloc(sizeof(ProblemList));

	*copy = *problems;
	copy->items = palloc(problems->count * sizeof(Problem));
	for (int i = 0; i < problems->count; i++)
	{
		copy->items[i] = problems->items[i];
		copy->items[i].pointer = pstrdup(problems->items[i].pointer);
		copy->items[i].message = pstrdup(problems->items[i].message);
	}
	return copy;
}

/* Set up the calls that return the problems one by one. */
static void
begin_rows(FunctionCallInfo fcinfo, const ProblemList *problems)
{
	FuncCallContext *funcctx = SRF_FIRSTCALL_INIT();
	MemoryContext caller = MemoryContextSwitchTo(funcctx->multi_call_memory_ctx);

	if (get_call_result_type(fcinfo, NULL, &funcctx->tuple_desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	funcctx->tuple_desc = BlessTupleDesc(funcctx->tuple_desc);
	funcctx->user_fctx = copy_problems(problems);
	MemoryContextSwitchTo(caller);
}

/* A problem as a row. */
static Datum
problem_row(TupleDesc desc, const Problem *problem)
{
	Datum values[NCOLUMNS];
	bool nulls[NCOLUMNS] = {false};

	values[COLUMN_SEVERITY] =
		CStringGetTextDatum(problem_severity_name(problem->severity));
	values[COLUMN_POINTER] = CStringGetTextDatum(problem->pointer);
	values[COLUMN_CODE] = CStringGetTextDatum(problem_code_name(problem->code));
	values[COLUMN_MESSAGE] = CStringGetTextDatum(problem->message);
	return call_return_row(desc, values, nulls);
}

/* Say that the set is empty, without the cost of setting up one. */
static Datum
no_rows(FunctionCallInfo fcinfo)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	if (rsinfo == NULL || !IsA(rsinfo, ReturnSetInfo))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("set-valued function called in context that cannot "
		                       "accept a set")));
	rsinfo->isDone = ExprEndResult;
	PG_RETURN_NULL();
}

/* Return the problems of a receipt, one a call. */
static Datum
receipt_problems(FunctionCallInfo fcinfo, ReceiptSource source)
{
	FuncCallContext *funcctx;
	ProblemList *problems;

	if (SRF_IS_FIRSTCALL())
	{
		ReceiptRequest request;
		Receipt receipt;
		ProblemList found;

		call_read_receipt(fcinfo, source, &request);
		receipt_read(&request, &receipt, &found);
		if (found.count == 0)
			return no_rows(fcinfo);
		begin_rows(fcinfo, &found);
	}
	funcctx = SRF_PERCALL_SETUP();
	problems = funcctx->user_fctx;
	if (funcctx->call_cntr < (uint64) problems->count)
	{
		/* the macro counts the call before it looks at its second argument */
		Datum row =
			problem_row(funcctx->tuple_desc, &problems->items[funcctx->call_cntr]);

		SRF_RETURN_NEXT(funcctx, row);
	}
	SRF_RETURN_DONE(funcctx);
}

/* Whether a receipt has no errors. */
static bool
receipt_is_valid(FunctionCallInfo fcinfo, ReceiptSource source)
{
	ReceiptRequest request;
	Receipt receipt;
	ProblemList problems;

	call_read_receipt(fcinfo, source, &request);
	request.problem_limit = 1;
	receipt_read(&request, &receipt, &problems);
	return problems.errors == 0;
}

/* SQL: receipt_problems(text) */
Datum
receipt_problems_text(PG_FUNCTION_ARGS)
{
	return receipt_problems(fcinfo, SOURCE_TEXT);
}

/* SQL: receipt_problems(bytea) */
Datum
receipt_problems_bytea(PG_FUNCTION_ARGS)
{
	return receipt_problems(fcinfo, SOURCE_BYTEA);
}

/* SQL: receipt_is_valid(text) */
Datum
receipt_is_valid_text(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(receipt_is_valid(fcinfo, SOURCE_TEXT));
}

/* SQL: receipt_is_valid(bytea) */
Datum
receipt_is_valid_bytea(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(receipt_is_valid(fcinfo, SOURCE_BYTEA));
}
