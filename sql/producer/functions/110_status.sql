-- Where a receipt is.
CREATE OR REPLACE FUNCTION journal.published(receipt_id bigint)
RETURNS TABLE (published_at timestamptz, topic text, "partition" int, "offset" bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.published_at, p.topic, p.partition, p.offsets[array_position(p.receipt_ids, published.receipt_id)]
      FROM journal.publication p
     WHERE p.span @> published.receipt_id AND published.receipt_id = ANY (p.receipt_ids)
     ORDER BY p.publication_id
$$;
COMMENT ON FUNCTION journal.published(bigint) IS 'When and where Kafka took the receipt; several rows if it was sent again';

CREATE OR REPLACE FUNCTION journal.find(transaction_id text) RETURNS SETOF journal.receipt
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    (SELECT r.* FROM journal.accepted a
       JOIN journal.receipt r ON r.receipt_id = a.receipt_id AND r.received_at = a.received_at
      WHERE a.transaction_id = find.transaction_id)
    UNION ALL
    (SELECT r.* FROM journal.receipt r
      WHERE r.transaction_id = find.transaction_id AND r.outcome <> 'accepted'
      ORDER BY r.receipt_id DESC)
$$;
COMMENT ON FUNCTION journal.find(text) IS 'Every journal row with this transaction_id: the accepted one first, then the others, newest first';

CREATE OR REPLACE VIEW journal.receipt_status AS
SELECT r.transaction_id, r.receipt_id, r.place_id, r.received_at,
       CASE WHEN r.outcome <> 'accepted' THEN r.outcome
            WHEN o.receipt_id IS NOT NULL THEN 'queued'
            WHEN p.published_at IS NOT NULL THEN 'published'
            ELSE 'accepted' END AS status,
       p.published_at, p.topic, p.partition, p.offset
  FROM journal.receipt r
  LEFT JOIN journal.outbox o USING (receipt_id)
  LEFT JOIN LATERAL (SELECT * FROM journal.published(r.receipt_id) q ORDER BY q.published_at DESC LIMIT 1) p
         ON r.outcome = 'accepted';
COMMENT ON VIEW journal.receipt_status IS 'Where each received receipt is';
COMMENT ON COLUMN journal.receipt_status.transaction_id IS 'As far as it could be read';
COMMENT ON COLUMN journal.receipt_status.receipt_id IS 'The journal row';
COMMENT ON COLUMN journal.receipt_status.place_id IS 'As far as it could be read';
COMMENT ON COLUMN journal.receipt_status.received_at IS 'When it was received';
COMMENT ON COLUMN journal.receipt_status.status IS 'rejected, duplicate or conflict; or queued (accepted, waits for Kafka, perhaps once more), published; accepted: neither, which only a restored or altered outbox brings about';
COMMENT ON COLUMN journal.receipt_status.published_at IS 'When Kafka''s last acknowledgement was recorded';
COMMENT ON COLUMN journal.receipt_status.topic IS 'Kafka topic';
COMMENT ON COLUMN journal.receipt_status."partition" IS 'Kafka partition';
COMMENT ON COLUMN journal.receipt_status."offset" IS 'Kafka offset';

CREATE OR REPLACE FUNCTION api.check_object(r journal.receipt) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'transaction_id', r.transaction_id, 'place_id', r.place_id,
        'status', s.status,
        'received_at', api.instant(r.received_at),
        'accepted_at', CASE r.outcome WHEN 'accepted' THEN api.instant(r.received_at) END,
        'published_at', api.instant(s.published_at),
        'topic', s.topic, 'partition', s.partition, 'offset', s.offset,
        'errors', coalesce(r.errors, '[]'), 'warnings', coalesce(r.warnings, '[]'))
      FROM journal.receipt_status s
     WHERE s.receipt_id = r.receipt_id AND s.received_at = r.received_at
$$;
COMMENT ON FUNCTION api.check_object(journal.receipt) IS 'A journal row as the API shows it';

CREATE OR REPLACE FUNCTION api.check_status(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    caller auth.token := auth.identify(token);
    refused api.reply := api.refuse(caller, '{submitter}');
    query record := api.arguments(params, '{"transaction_id": "text"}');
    wanted text := query.args ->> 'transaction_id';
    found jsonb;
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    END IF;
    -- A foreign place's receipt is as unknown as none: ids are not to be fished for.
    found := (SELECT api.check_object(f) FROM journal.find(wanted) f
               WHERE caller.places IS NULL OR f.place_id = ANY (caller.places) LIMIT 1);
    IF found IS NULL THEN
        RETURN api.problem(404, 'not_found', 'No such receipt',
                           format('No receipt with transaction_id "%s" was received.', left(wanted, 128)));
    END IF;
    RETURN api.answer(200, found);
END
$$;
COMMENT ON FUNCTION api.check_status(bytea, jsonb, bytea) IS 'GET /api/checks/{transaction_id}/: received, accepted or refused, queued, published';

CREATE OR REPLACE VIEW journal.event AS
SELECT r.received_at AS at, 'received' AS event, r.receipt_id, r.transaction_id, r.place_id,
       jsonb_strip_nulls(jsonb_build_object('token_id', r.token_id, 'address', host(r.address),
                                            'request_id', r.request_id, 'bytes', octet_length(r.body))) AS detail
  FROM journal.receipt r
 WHERE r.resubmitted_id IS NULL
UNION ALL
SELECT r.received_at, 'resubmitted', r.receipt_id, r.transaction_id, r.place_id,
       jsonb_build_object('original_id', r.resubmitted_id)
  FROM journal.receipt r
 WHERE r.resubmitted_id IS NOT NULL
UNION ALL
SELECT r.received_at, r.outcome, r.receipt_id, r.transaction_id, r.place_id,
       jsonb_strip_nulls(jsonb_build_object('errors', r.errors, 'warnings', r.warnings))
  FROM journal.receipt r
UNION ALL
SELECT p.published_at, CASE WHEN again.earlier THEN 'republished' ELSE 'published' END,
       r.receipt_id, r.transaction_id, r.place_id,
       jsonb_build_object('topic', p.topic, 'partition', p.partition, 'offset', u.at_offset)
  FROM journal.publication p
 CROSS JOIN LATERAL unnest(p.receipt_ids, p.offsets) AS u (receipt_id, at_offset)
  JOIN journal.receipt r ON r.receipt_id = u.receipt_id
 CROSS JOIN LATERAL (SELECT EXISTS (
            SELECT FROM journal.publication e
             WHERE e.span @> u.receipt_id AND e.publication_id < p.publication_id
               AND u.receipt_id = ANY (e.receipt_ids)) AS earlier) again;
COMMENT ON VIEW journal.event IS 'The event log: each thing that happened to each receipt, made from the journal and the acknowledgements of Kafka';
COMMENT ON COLUMN journal.event.at IS 'When it happened';
COMMENT ON COLUMN journal.event.event IS 'received or resubmitted; accepted, rejected, duplicate or conflict; published or republished';
COMMENT ON COLUMN journal.event.receipt_id IS 'The journal row';
COMMENT ON COLUMN journal.event.transaction_id IS 'As far as it could be read';
COMMENT ON COLUMN journal.event.place_id IS 'As far as it could be read';
COMMENT ON COLUMN journal.event.detail IS 'What else is known: sender, problems, or topic, partition and offset';
