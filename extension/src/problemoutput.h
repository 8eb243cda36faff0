/*
 * problemoutput.h
 *	  Problems as SQL values.
 */
#ifndef PG_RECEIPTS_PROBLEMOUTPUT_H
#define PG_RECEIPTS_PROBLEMOUTPUT_H

#include "problemlist.h"

extern Datum problems_to_jsonb(const ProblemList *list, ProblemSeverity severity);

#endif /* PG_RECEIPTS_PROBLEMOUTPUT_H */
