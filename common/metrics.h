/*
 * metrics.h
 *	  Counters, gauges and histograms, written as Prometheus text.
 *
 * Metrics are registered once at start and updated from any thread without
 * locks (C11 atomics).  Names follow Prometheus' rules: base units, _total on
 * counters, _seconds, _bytes.
 */
#ifndef COMMON_METRICS_H
#define COMMON_METRICS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct Metric Metric;

/*
 * labels: "route=\"/api/checks/\",method=\"POST\"" or NULL.  The strings are
 * copied.  Registering the same name and labels again gives the same metric.
 */
extern Metric *metric_counter(const char *name, const char *help, const char *labels);
extern Metric *metric_gauge(const char *name, const char *help, const char *labels);

/* Buckets suit latencies from 100 µs to 30 s. */
extern Metric *metric_histogram(const char *name, const char *help, const char *labels);

/* Buckets suit small counts, such as rows in a batch: 1, 2, 4 to 1024. */
extern Metric *metric_histogram_counts(const char *name, const char *help,
                                       const char *labels);

extern void metric_add(Metric *metric, int64_t amount);
extern void metric_set(Metric *metric, int64_t value);
extern void metric_observe_us(Metric *metric, int64_t microseconds);
extern void metric_observe_count(Metric *metric, int64_t count);

/* The value of a counter or gauge; for tests and log lines. */
extern int64_t metric_value(Metric *metric);

/* Writes every registered metric, grouped by name with one HELP and TYPE. */
extern void metrics_write(FILE *out);

/*
 * Writes HELP and TYPE, and one sample, of another source (the database's
 * api.metrics()).  labels may be NULL or empty.
 */
extern void metrics_write_header(FILE *out, const char *name, const char *type,
                                 const char *help);
extern void metrics_write_sample(FILE *out, const char *name, const char *labels,
                                 double value);

#endif /* COMMON_METRICS_H */
