-- $1 actor, $2 action, $3 outcome, $4 request_id, $5 from, $6 to, $7 id before which, $8 limit + 1, $9 phase: all, intent, outcome
SELECT coalesce(pg_catalog.json_agg(event ORDER BY id DESC), '[]')::text
FROM (
    SELECT id, pg_catalog.json_build_object(
        'id', id, 'at', pg_catalog.to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'actor', actor, 'token_id', token_id,
        'source_ip', source_ip, 'request_id', request_id, 'action', action, 'target', target, 'parameters', parameters,
        'outcome', outcome, 'status', status, 'duration_ms', duration_ms, 'prev_hash', pg_catalog.encode(prev_hash, 'hex'),
        'hash', pg_catalog.encode(hash, 'hex')) AS event
    FROM public.audit_event
    WHERE ($1::text IS NULL OR actor = $1) AND ($2::text IS NULL OR action = $2) AND ($3::text IS NULL OR outcome = $3)
      AND ($4::text IS NULL OR request_id = $4) AND ($5::text IS NULL OR at >= $5::timestamptz)
      AND ($6::text IS NULL OR at < $6::timestamptz) AND ($7::text IS NULL OR id < $7::bigint)
      AND ($9::text = 'all' OR (outcome = 'intent') = ($9 = 'intent'))
    ORDER BY id DESC LIMIT $8::int
) AS page
