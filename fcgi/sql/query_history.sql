-- $1 actor or null, $2 part of the statement or null, $3 id before which or null, $4 limit + 1
SELECT coalesce(pg_catalog.json_agg(item ORDER BY id DESC), '[]')::text
FROM (
    SELECT i.id, pg_catalog.json_build_object(
        'audit_id', i.id, 'id', i.request_id, 'at', pg_catalog.to_char(i.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'username', i.actor, 'action', i.action, 'database', i.parameters->>'database', 'sql', coalesce(i.parameters->>'sql', ''),
        'outcome', coalesce(o.outcome, 'running'), 'status', o.status, 'row_count', (o.parameters->>'row_count')::bigint,
        'duration_ms', o.duration_ms, 'error_code', o.parameters->>'code') AS item
    FROM public.audit_event AS i
    LEFT JOIN LATERAL (SELECT * FROM public.audit_event AS x WHERE (x.parameters->>'intent')::bigint = i.id AND x.outcome <> 'intent'
        LIMIT 1) AS o ON true
    WHERE i.outcome = 'intent' AND i.action IN ('database.query', 'database.explain') AND ($1::text IS NULL OR i.actor = $1)
      AND ($2::text IS NULL OR pg_catalog.strpos(pg_catalog.lower(i.parameters->>'sql'), pg_catalog.lower($2)) > 0)
      AND ($3::text IS NULL OR i.id < $3::bigint)
    ORDER BY i.id DESC LIMIT $4::int
) AS page
