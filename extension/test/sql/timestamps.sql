-- Test "timestamps" of pg_receipts
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\set helper :abs_srcdir '/helper/receipt.sql'
\i :helper
\set ECHO all
SET pg_receipts.future_limit = 2147483647;
SELECT t, r.occurred_at, r.zone_given, r.canonical::jsonb ->> 'timestamp' AS canonical, r.errors -> 0 ->> 'code' AS code, r.errors -> 0 ->> 'message' AS message
  FROM unnest(ARRAY[
    '2024-05-01T12:00:00Z',
    '2024-05-01t12:00:00z',
    '2024-05-01 12:00:00Z',
    '2024-05-01T12:00Z',
    '2024-05-01T12:00:00+05',
    '2024-05-01T12:00:00+0530',
    '2024-05-01T12:00:00+05:30',
    '2024-05-01T12:00:00-03:30',
    '2024-05-01T12:00:00+00:00',
    '2024-05-01T12:00:00-00:00',
    '2024-05-01T12:00:00+15:59',
    '2024-05-01T12:00:00+16:00',
    '2024-05-01T12:00:00+05:60',
    '2024-05-01T12:00:00+5',
    '2024-05-01T12:00:00+05:',
    '2024-05-01T12:00:00+05:3',
    '2024-05-01T12:00:00+05:300',
    '2024-05-01T12:00:00 +05:00',
    '2024-05-01T12:00:00ZZ',
    '2024-05-01T12:00:00 UTC',
    '2024-05-01T12:00:00',
    '2024-05-01T12:00',
    '2024-05-01',
    '2024-05-01T',
    '2024-05-01T12',
    '2024-05-01T12:00:',
    '2024-05-01T12:00:0Z',
    '24-05-01T12:00:00Z',
    '2024-5-1T12:00:00Z',
    '20240501T120000Z',
    'now',
    'infinity',
    'epoch',
    ' 2024-05-01T12:00:00Z',
    '2024-05-01T12:00:00Z ',
    '2024-05-01T12:00:00.1Z',
    '2024-05-01T12:00:00,25Z',
    '2024-05-01T12:00:00.123456Z',
    '2024-05-01T12:00:00.1234567Z',
    '2024-05-01T12:00:00.9999999Z',
    '2024-05-01T12:00:00.000000Z',
    '2024-05-01T12:00:00.Z',
    '2024-05-01T12:00.5Z',
    '2024-05-01T12:00:00.1',
    '1999-12-31T23:59:59.999999Z',
    '1969-12-31T23:59:59.5Z',
    '2024-02-29T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2000-02-29T00:00:00Z',
    '2024-04-31T00:00:00Z',
    '2024-00-01T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-01-00T00:00:00Z',
    '2024-01-32T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T23:60:00Z',
    '2024-12-31T23:59:60Z',
    '2024-12-31T23:59:61Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59Z',
    '9999-12-31T23:59:59-01:00',
    '12024-01-01T00:00:00Z',
    '-2024-01-01T00:00:00Z']) WITH ORDINALITY AS u(t, n), receipt_normalize(pg_temp.receipt(ARRAY['timestamp', '"' || t || '"'])) AS r ORDER BY n;
-- Zones of timestamps without an offset: a default, the setting, changes to and from summer time
SELECT zone, t, r.occurred_at, r.zone_given, r.occurred_at = (t::timestamp AT TIME ZONE zone) AS as_postgres
  FROM unnest('{UTC,Europe/Moscow,Europe/Berlin,America/New_York,Asia/Kathmandu,Asia/Yekaterinburg,<+03>-3}'::text[]) WITH ORDINALITY AS z(zone, m)
 CROSS JOIN unnest('{2024-01-15T12:00:00,2024-07-15T12:00:00,2024-03-31T02:30:00,2024-10-27T02:30:00,2024-03-10T02:30:00,2024-11-03T01:30:00,0001-01-01T23:00:00}'::text[]) WITH ORDINALITY AS u(t, n),
       receipt_normalize(pg_temp.receipt(ARRAY['timestamp', '"' || t || '"']), default_zone => zone) AS r ORDER BY m, n;
-- an offset wins over the default zone
SELECT r.occurred_at, r.zone_given FROM receipt_normalize(pg_temp.receipt(), default_zone => 'Asia/Kathmandu') AS r;
SET pg_receipts.default_timezone = 'Asia/Tokyo';
SELECT r.occurred_at, s.occurred_at FROM receipt_normalize(pg_temp.receipt('{timestamp,"\"2024-05-01T12:00:00\""}')) AS r,
       receipt_parse(pg_temp.receipt('{timestamp,"\"2024-05-01T12:00:00\""}'), default_zone => 'UTC') AS s;
-- the session's own zone plays no part
SET timezone = 'America/New_York';
SELECT r.canonical::jsonb ->> 'timestamp' AS canonical FROM receipt_normalize(pg_temp.receipt('{timestamp,"\"2024-05-01T12:00:00\""}')) AS r;
SET timezone = 'UTC';
SELECT receipt_normalize(pg_temp.receipt(), default_zone => 'Nowhere/Town');
SELECT receipt_parse(pg_temp.receipt(), default_zone => '');
-- The future
RESET pg_receipts.future_limit;
RESET pg_receipts.default_timezone;
SELECT ahead, p.severity, p.pointer, p.code
  FROM unnest('{-1 hour,0,23 hours,25 hours,1 year}'::interval[]) WITH ORDINALITY AS a(ahead, n)
  LEFT JOIN LATERAL receipt_problems(pg_temp.receipt(ARRAY['timestamp', to_json(to_char(now() + ahead, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))::text])) AS p ON true ORDER BY n;
SET pg_receipts.future_limit = 0;
SELECT code FROM receipt_problems(pg_temp.receipt(ARRAY['timestamp', to_json(to_char(now() + interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))::text])) AS p;
