/*
 * scrape.c
 *	  The text of /metrics; see scrape.h.
 */
#include "frontend/scrape.h"

#include "common/adminhttp.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/version.h"
#include "frontend/recall.h"
#include "frontend/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct
{
	Metric *queue_jobs;
	Metric *body_bytes;
	Metric *active;
	Metric *connections;
	Metric *database_connections;
	Metric *database_scrape;
} gauges;

/*
 * Registers; once, before the first request.
 */
void
scrape_init(void)
{
	Metric *build =
		metric_gauge("receipts_build_info", "Always 1; the version is a label",
	                 "version=\"" RECEIPTS_VERSION "\"");

	metric_set(build, 1);
	gauges.queue_jobs =
		metric_gauge("receipts_queue_jobs", "Requests waiting for a worker", NULL);
	gauges.body_bytes =
		metric_gauge("receipts_body_bytes", "Memory held by bodies of requests", NULL);
	gauges.active =
		metric_gauge("receipts_http_requests_active",
	                 "Requests being received, worked on or answered", NULL);
	gauges.connections =
		metric_gauge("receipts_http_connections", "Open connections of clients", NULL);
	gauges.database_connections = metric_gauge("receipts_database_connections",
	                                           "Live connections to PostgreSQL", NULL);
	gauges.database_scrape =
		metric_gauge("receipts_database_scrape_success",
	                 "1 when the database gave its own metrics for this scrape", NULL);
}

/*
 * Takes the numbers that nobody counts as they change.
 */
static void
fill_gauges(Frontend *frontend, bool have_rows)
{
	metric_set(gauges.queue_jobs, (int64_t) queue_length(frontend->queue));
	metric_set(gauges.body_bytes, (int64_t) atomic_load(&frontend->budget.used));
	metric_set(gauges.active, atomic_load(&frontend->active));
	metric_set(gauges.connections, atomic_load(&frontend->connected));
	metric_set(gauges.database_connections, atomic_load(&frontend->database.live));
	metric_set(gauges.database_scrape, have_rows ? 1 : 0);
	recall_fill_gauges(frontend);
}

/*
 * Whether a name is one of Prometheus: the database's rows must not be able to
 * break the text.
 */
static bool
is_metric_name(const char *name)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:0123456789";

	return *name != '\0' && !(*name >= '0' && *name <= '9') &&
	       name[strspn(name, letters)] == '\0';
}

/*
 * Writes the rows of the database.
 */
static void
write_rows(FILE *out, const PGresult *rows)
{
	const char *previous = "";

	for (int row = 0; row < PQntuples(rows); row++)
	{
		const char *name = PQgetvalue(rows, row, 0);
		const char *labels = PQgetvalue(rows, row, 3);

		if (!is_metric_name(name) || strchr(labels, '\n') != NULL)
		{
			log_warning("api.metrics() gave a row that is no metric: \"%s\"", name);
			continue;
		}
		if (strcmp(name, previous) != 0)
			metrics_write_header(
				out, name,
				strcmp(PQgetvalue(rows, row, 1), "counter") == 0 ? "counter" : "gauge",
				PQgetvalue(rows, row, 2));
		previous = name;
		metrics_write_sample(out, name, labels, strtod(PQgetvalue(rows, row, 4), NULL));
	}
}

/*
 * Builds the text and answers with it.
 */
void
scrape_reply(Request *request, const PGresult *rows)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	Content content = {METRICS_CONTENT_TYPE, NULL, 0, free, NULL};

	if (out != NULL)
	{
		fill_gauges(request->frontend, rows != NULL);
		metrics_write(out);
		if (rows != NULL)
			write_rows(out, rows);
	}
	if (out == NULL || fclose(out) != 0)
	{
		free(text);
		reply_problem(request, PROBLEM_INTERNAL, NULL);
		return;
	}
	content.data = text;
	content.length = length;
	content.release_arg = text;
	reply_content(request, MHD_HTTP_OK, &content);
}
