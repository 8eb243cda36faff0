"""Every row of the table: what is measured, against what, and how far it should get."""

from measure import Row

# part, key, what is measured, what it is measured against, target, unit, kind
ROWS = (
    ("intake", "intake", "`POST /api/checks/`, receipts of 3 items, 64 connections",
     "the lower of libpq inserting the same bodies (256 a commit) and a libmicrohttpd echo, both at once",
     0.5, "receipts/s", "rate"),
    ("intake", "batch", "`POST /api/checks/batch/`, NDJSON, 500 a request, 4 connections",
     "the same libpq insert during the same echo", 0.8, "receipts/s", "rate"),
    ("intake", "insert", "for reference: the libpq insert alone on the machine", "", None, "receipts/s", "rate"),
    ("ingest", "ingest", "Kafka topic to committed rows, deltas and offsets, one sink",
     "`COPY` of the same receipts and items, already split, from files", 0.4, "receipts/s", "rate"),
    ("ingest", "ingest_sql", "the same ingest",
     "the same work in SQL: `jsonb` functions, `INSERT … SELECT`", 4, "receipts/s", "rate"),
    ("ingest", "parse", "validation and parsing in the extension",
     "`text::json` cast of the same texts", 0.6, "receipts/s", "rate"),
    ("rollup", "aggregate", "`receipt_summary_agg` over 1 M receipts of 3 items",
     "equal SQL: `unnest`, `GROUP BY`, `count(DISTINCT)`, `jsonb_object_agg`", 5, "s", "time"),
)


def table(part):
    """The rows of a part of the bench, by key, without samples."""
    return {key: Row(key, *rest) for of, key, *rest in ROWS if of == part}


def every():
    """All rows, in the order of the table."""
    return {key: Row(key, *rest) for _, key, *rest in ROWS}
