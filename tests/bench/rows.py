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
    ("ingest", "ingest_connect", "the same ingest",
     "Kafka Connect standalone with Debezium's JDBC sink, upsert, flat receipt rows only", 5, "receipts/s", "rate"),
    ("ingest", "ingest_sql", "the same ingest",
     "the same work in SQL: `jsonb` functions, `INSERT … SELECT`", 4, "receipts/s", "rate"),
    ("ingest", "parse", "validation and parsing in the extension",
     "`text::json` cast of the same texts", 0.6, "receipts/s", "rate"),
    ("rollup", "aggregate", "`receipt_summary_agg` over 1 M receipts of 3 items",
     "equal SQL: `unnest`, `GROUP BY`, `count(DISTINCT)`, `jsonb_object_agg`", 5, "s", "time"),
    ("rollup", "rollup", "rollup of an hour's pending deltas", "a full recount by SQL of the same hour", 20, "s", "time"),
    ("read", "warm", "`GET /api/analytics/{place}/`, warm, 64 connections",
     "libmicrohttpd serving the same bytes from memory", 0.7, "requests/s", "rate"),
    ("read", "cold_place", "`GET /api/analytics/{place}/?from&to`, a year of history of 1,000 places, cold caches, p99",
     "", 50, "ms", "limit"),
    ("read", "cold_all", "`GET /api/analytics/?from&to`, the same, all places, p99", "", 1000, "ms", "limit"),
    ("read", "visible_p50", "`POST` to visible with `live=true`, at half load, p50", "", 100, "ms", "limit"),
    ("read", "visible_p99", "the same, p99", "", 500, "ms", "limit"),
    ("read", "memory_frontend", "resident memory at full load: the greater front end", "", 32, "MiB", "limit"),
    ("read", "memory_bridge", "resident memory at full load: the greater of relay and sink", "", 64, "MiB", "limit"),
)


# What is measured again when more receipts are stored: unit, kind.
GROWTH = {
    "intake": ("`POST /api/checks/`, 64 connections", "receipts/s", "rate"),
    "ingest": ("the ingest function, 1,000 a transaction", "receipts/s", "rate"),
    "rollup": ("rollup of an hour of 20,000 receipts", "ms", "time"),
    "place": ("`GET /api/analytics/{place}/?from&to`, a week to a month, median", "ms", "time"),
    "all": ("`GET /api/analytics/?from&to`, the same, all places", "ms", "time"),
}


def growth(name, first, size):
    """A row of the part growth; its key says what it compares."""
    what, unit, kind = GROWTH[name]
    return Row(f"growth_{name}_{first}_{size}", f"{what}: {size:,} receipts stored", f"{first:,} stored",
               1 / 1.2, unit, kind)


def table(part):
    """The rows of a part of the bench, by key, without samples."""
    return {key: Row(key, *rest) for of, key, *rest in ROWS if of == part}


def ordered(keys):
    """The rows of these keys, in the order of the table, those of growth by size."""
    fixed = {key: Row(key, *rest) for _, key, *rest in ROWS}
    grown = sorted((int(size), list(GROWTH).index(name), int(first), name) for _, name, first, size in (
        key.split("_") for key in keys if key not in fixed))
    return [row for key, row in fixed.items() if key in keys] + [
        growth(name, first, size) for size, _, first, name in grown]
