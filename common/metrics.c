/*
 * metrics.c
 *	  The registry of metrics and its Prometheus text; see metrics.h.
 *
 * The list is only ever appended to, and a metric never goes away, so readers
 * walk it without a lock; the mutex orders writers of the list alone.
 */
#include "common/metrics.h"

#include "common/log.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef enum MetricKind
{
	METRIC_COUNTER,
	METRIC_GAUGE,
	METRIC_HISTOGRAM
} MetricKind;

/*
 * Upper bounds of buckets, and how many of what is observed make one of the unit
 * that is written.
 */
typedef struct Buckets
{
	int count;
	double unit;
	const int64_t *bounds;
} Buckets;

#define MAX_BUCKETS 17

struct Metric
{
	MetricKind kind;
	char *name;
	char *help;
	char *labels;          /* "" when there are none */
	_Atomic int64_t value; /* of a histogram: the sum */
	const Buckets *buckets;
	_Atomic int64_t counts[MAX_BUCKETS + 1]; /* not cumulative; the last is +Inf */
	_Atomic(Metric *) next;
};

static const int64_t latency_bounds[MAX_BUCKETS] = {
	100,    250,    500,    1000,    2500,    5000,    10000,    25000,   50000,
	100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, 30000000};
static const Buckets latency_buckets = {17, 1e6, latency_bounds};

static const int64_t count_bounds[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
static const Buckets count_buckets = {11, 1, count_bounds};

static _Atomic(Metric *) first_metric = NULL;
static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;

/*
 * Copies a string.  Metrics are made at start, where running out of memory is
 * the end.
 */
static char *
copy_string(const char *text)
{
	char *copy = strdup(text ? text : "");

	if (copy == NULL)
	{
		log_error("out of memory");
		abort();
	}
	return copy;
}

/*
 * Makes a metric that is not in the list yet.
 */
static Metric *
make_metric(MetricKind kind, const char *name, const char *help, const char *labels)
{
	Metric *metric = calloc(1, sizeof(Metric));

	if (metric == NULL)
	{
		log_error("out of memory");
		abort();
	}
	metric->kind = kind;
	metric->name = copy_string(name);
	metric->help = copy_string(help);
	metric->labels = copy_string(labels);
	return metric;
}

/*
 * Finds or appends a metric.  A new one is complete before it is linked, so a
 * concurrent reader never sees half of it.
 */
static Metric *
register_metric(MetricKind kind, const char *name, const char *help, const char *labels,
                const Buckets *buckets)
{
	_Atomic(Metric *) *link = &first_metric;
	Metric *metric;

	pthread_mutex_lock(&registry_lock);
	while ((metric = atomic_load(link)) != NULL)
	{
		if (strcmp(metric->name, name) == 0 &&
		    strcmp(metric->labels, labels ? labels : "") == 0)
			break;
		link = &metric->next;
	}
	if (metric == NULL)
	{
		metric = make_metric(kind, name, help, labels);
		metric->buckets = buckets;
		atomic_store(link, metric);
	}
	pthread_mutex_unlock(&registry_lock);
	return metric;
}

/*
 * Registers a number that only grows.
 */
Metric *
metric_counter(const char *name, const char *help, const char *labels)
{
	return register_metric(METRIC_COUNTER, name, help, labels, NULL);
}

/*
 * Registers a number that goes up and down.
 */
Metric *
metric_gauge(const char *name, const char *help, const char *labels)
{
	return register_metric(METRIC_GAUGE, name, help, labels, NULL);
}

/*
 * Registers a histogram of times, observed in microseconds, written in seconds.
 */
Metric *
metric_histogram(const char *name, const char *help, const char *labels)
{
	return register_metric(METRIC_HISTOGRAM, name, help, labels, &latency_buckets);
}

/*
 * Registers a histogram of counts.
 */
Metric *
metric_histogram_counts(const char *name, const char *help, const char *labels)
{
	return register_metric(METRIC_HISTOGRAM, name, help, labels, &count_buckets);
}

/*
 * Adds to a counter or gauge.  Relaxed: numbers need no order among them.
 */
void
metric_add(Metric *metric, int64_t amount)
{
	atomic_fetch_add_explicit(&metric->value, amount, memory_order_relaxed);
}

/*
 * Sets a gauge.
 */
void
metric_set(Metric *metric, int64_t value)
{
	atomic_store_explicit(&metric->value, value, memory_order_relaxed);
}

/*
 * Reads a counter or gauge.
 */
int64_t
metric_value(Metric *metric)
{
	return atomic_load_explicit(&metric->value, memory_order_relaxed);
}

/*
 * Puts one observation into its bucket and adds it to the sum.
 */
static void
observe(Metric *metric, int64_t number)
{
	const Buckets *buckets = metric->buckets;
	int at = 0;

	while (at < buckets->count && number > buckets->bounds[at])
		at++;
	atomic_fetch_add_explicit(&metric->counts[at], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&metric->value, number, memory_order_relaxed);
}

/*
 * Observes a time.
 */
void
metric_observe_us(Metric *metric, int64_t microseconds)
{
	observe(metric, microseconds);
}

/*
 * Observes a count.
 */
void
metric_observe_count(Metric *metric, int64_t count)
{
	observe(metric, count);
}

/*
 * Writes a number in the fewest digits that read back the same.
 */
static void
write_number(FILE *out, double value)
{
	char text[40];

	if (isnan(value))
		fputs("NaN", out);
	else if (isinf(value))
		fputs(value > 0 ? "+Inf" : "-Inf", out);
	else
	{
		snprintf(text, sizeof(text), "%.15g", value);
		if (strtod(text, NULL) != value)
			snprintf(text, sizeof(text), "%.17g", value);
		fputs(text, out);
	}
}

/*
 * Writes help with the two characters escaped that the format asks for.
 */
static void
write_help(FILE *out, const char *help)
{
	for (; *help != '\0'; help++)
	{
		if (*help == '\n')
			fputs("\\n", out);
		else if (*help == '\\')
			fputs("\\\\", out);
		else
			putc(*help, out);
	}
}

/*
 * Writes the two lines that stand above all samples of a name.
 */
void
metrics_write_header(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s ", name);
	write_help(out, help);
	fprintf(out, "\n# TYPE %s %s\n", name, type);
}

/*
 * Writes one sample.
 */
void
metrics_write_sample(FILE *out, const char *name, const char *labels, double value)
{
	if (labels != NULL && *labels != '\0')
		fprintf(out, "%s{%s} ", name, labels);
	else
		fprintf(out, "%s ", name);
	write_number(out, value);
	putc('\n', out);
}

/*
 * Writes one bucket; its label "le" joins those of the metric.
 */
static void
write_bucket(FILE *out, const Metric *metric, double bound, int64_t cumulated)
{
	fprintf(out, "%s_bucket{%s%sle=\"", metric->name, metric->labels,
	        *metric->labels ? "," : "");
	write_number(out, bound);
	fprintf(out, "\"} %lld\n", (long long) cumulated);
}

/*
 * Writes "NAME_suffix{labels} ".
 */
static void
write_suffixed(FILE *out, const Metric *metric, const char *suffix)
{
	if (*metric->labels != '\0')
		fprintf(out, "%s_%s{%s} ", metric->name, suffix, metric->labels);
	else
		fprintf(out, "%s_%s ", metric->name, suffix);
}

/*
 * Writes a histogram.  Its count is the sum of the buckets as read here, so
 * that the two agree whatever other threads observe meanwhile.
 */
static void
write_histogram(FILE *out, Metric *metric)
{
	const Buckets *buckets = metric->buckets;
	int64_t cumulated = 0;

	for (int i = 0; i <= buckets->count; i++)
	{
		double bound =
			i < buckets->count ? (double) buckets->bounds[i] / buckets->unit : INFINITY;

		cumulated += atomic_load_explicit(&metric->counts[i], memory_order_relaxed);
		write_bucket(out, metric, bound, cumulated);
	}
	write_suffixed(out, metric, "sum");
	write_number(out, (double) metric_value(metric) / buckets->unit);
	putc('\n', out);
	write_suffixed(out, metric, "count");
	fprintf(out, "%lld\n", (long long) cumulated);
}

/*
 * Writes all samples of one metric.
 */
static void
write_metric(FILE *out, Metric *metric)
{
	if (metric->kind == METRIC_HISTOGRAM)
		write_histogram(out, metric);
	else
		metrics_write_sample(out, metric->name, metric->labels,
		                     (double) metric_value(metric));
}

/*
 * Whether a metric of this name stands before this one in the list.
 */
static bool
name_was_seen(const Metric *metric)
{
	const Metric *other = atomic_load(&first_metric);

	for (; other != metric; other = atomic_load(&other->next))
	{
		if (strcmp(other->name, metric->name) == 0)
			return true;
	}
	return false;
}

/*
 * Writes the registry, a name at a time: the format wants the samples of a name
 * together.  Quadratic in a list of some dozens, a few times a minute.
 */
void
metrics_write(FILE *out)
{
	static const char *const types[] = {"counter", "gauge", "histogram"};
	Metric *metric = atomic_load(&first_metric);

	for (; metric != NULL; metric = atomic_load(&metric->next))
	{
		if (name_was_seen(metric))
			continue;
		metrics_write_header(out, metric->name, types[metric->kind], metric->help);
		for (Metric *same = metric; same != NULL; same = atomic_load(&same->next))
		{
			if (strcmp(same->name, metric->name) == 0)
				write_metric(out, same);
		}
	}
}
