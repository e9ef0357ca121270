-- All audit events of one request, the first first. $1 request id
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
    'id', e.id, 'at', pg_catalog.to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'actor', e.actor, 'action', e.action,
    'target', e.target, 'outcome', e.outcome, 'status', e.status, 'duration_ms', e.duration_ms) ORDER BY e.id), '[]')::text
FROM public.audit_event AS e
WHERE e.request_id = $1
