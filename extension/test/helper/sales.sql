SET client_min_messages = warning;
-- Receipts made from a seed of their own: the same on every machine
CREATE TABLE pg_temp.receipts AS
SELECT g AS id, (g * 7919 % 100000)::numeric / 100 AS total, (g * 104729 % 5000)::numeric / 100 AS nds,
       CASE WHEN g % 5 = 0 THEN NULL ELSE (g % 300)::numeric / 100 END AS tips,
       (ARRAY['card', 'cash', 'sbp', 'карта'])[1 + g % 4] AS method,
       (SELECT array_agg(('P' || i, ((g * i * 31 % 4000) + 1)::numeric / 1000, (g * i * 17 % 99999)::numeric / 10000, 'category ' || (g * i % 11))::receipt_item ORDER BY i) FROM generate_series(1, 1 + g % 6) AS i) AS items
  FROM generate_series(1, 5000) AS g;
CREATE VIEW pg_temp.lines AS SELECT r.id, (i).category, (i).quantity, round((i).quantity * (i).price, 2) AS spent FROM pg_temp.receipts AS r, unnest(items) AS i;
RESET client_min_messages;
