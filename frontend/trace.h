/*
 * trace.h
 *	  W3C trace context: the header traceparent.
 */
#ifndef FRONTEND_TRACE_H
#define FRONTEND_TRACE_H

#include <stdbool.h>

/* "00-<32 hex digits>-<16 hex digits>-<2 hex digits>" and a NUL. */
#define TRACEPARENT_SIZE 56

/* Where the id of the trace stands in it. */
#define TRACE_ID_AT 3
#define TRACE_ID_LENGTH 32

/*
 * Goes on with the trace of a traceparent: writes the one of a new span in it,
 * which is what travels on from here.  False, and "", when the header is NULL or
 * not well-formed: as the standard asks, it is then ignored.
 */
extern bool trace_continue(const char *header, char traceparent[TRACEPARENT_SIZE]);

#endif /* FRONTEND_TRACE_H */
