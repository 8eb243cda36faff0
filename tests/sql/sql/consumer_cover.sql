-- Any interval is cut into whole months, days, hours and raw edges.
\pset null -
SELECT * FROM analytics.cover('-infinity', 'infinity', 'UTC', '00:00');
SELECT * FROM analytics.cover('2024-01-01', '2024-02-01', 'UTC', '00:00');
SELECT * FROM analytics.cover('2024-01-30 22:45', '2024-03-02 01:15', 'UTC', '00:00') ORDER BY lo;
SELECT * FROM analytics.cover('2024-01-01 10:10', '2024-01-01 10:50', 'UTC', '00:00');
SELECT * FROM analytics.cover('2024-01-01 10:10', 'infinity', 'Europe/Moscow', '06:00') ORDER BY lo;
-- Half-hour zones: a local day begins inside an hour.
SELECT * FROM analytics.cover('2024-01-01', '2024-01-03', 'Asia/Kathmandu', '00:00') ORDER BY lo;
-- Clocks back and forth over the day's begin: every instant has one day, and days follow each other.
SELECT at, analytics.local_day(at, 'America/New_York', '01:30') AS day
  FROM generate_series('2024-11-03 05:00'::timestamptz, '2024-11-03 07:00', '15 minutes') at;
SELECT count(*) FROM unnest('{America/New_York,Europe/Moscow,Asia/Kathmandu,Australia/Lord_Howe,America/Sao_Paulo,UTC}'::text[]) zone,
       unnest('{00:00,01:30,02:30,23:45}'::interval[]) start,
       generate_series('2018-01-01 00:10'::timestamptz, '2019-12-31', '7 hours 5 minutes') at,
       LATERAL (SELECT analytics.local_day(at, zone, start)) l (day)
 WHERE at < analytics.day_start(day, zone, start) OR at >= analytics.day_start(day + 1, zone, start);
-- The pieces of random intervals touch, do not overlap, are whole.
SELECT setseed(0.4217);
CREATE TEMP TABLE random_interval AS
SELECT n, least(a, b) AS lo, greatest(a, b) + interval '1 second' AS hi, zone, start
  FROM (SELECT n, date_trunc('second', '2018-06-01'::timestamptz + random() * interval '500 days') AS a,
               date_trunc('second', '2018-06-01'::timestamptz + random() * interval '500 days') AS b,
               (ARRAY['UTC', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'])[1 + n % 4] AS zone,
               (ARRAY['00:00', '04:30', '23:00']::interval[])[1 + n % 3] AS start
          FROM generate_series(1, 400) n) r;
SELECT count(*) AS intervals,
       count(*) FILTER (WHERE c.whole <> tstzmultirange(tstzrange(r.lo, r.hi))) AS not_whole,
       count(*) FILTER (WHERE c.length <> r.hi - r.lo) AS overlapping,
       count(*) FILTER (WHERE c.askew) AS askew
  FROM random_interval r,
       LATERAL (SELECT range_agg(tstzrange(p.lo, p.hi)), sum(p.hi - p.lo),
                       bool_or(p.grain <> 'raw' AND (analytics.grain_start(p.lo, p.grain, r.zone, r.start) <> p.lo
                                                     OR analytics.grain_start(p.hi, p.grain, r.zone, r.start) <> p.hi))
                  FROM analytics.cover(r.lo, r.hi, r.zone, r.start) p) c (whole, length, askew);
