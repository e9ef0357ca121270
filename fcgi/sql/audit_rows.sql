-- $1: the id after which to begin; oldest first, texts as the canonical JSON has them
SELECT id::text, pg_catalog.to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), actor, token_id, source_ip, request_id,
    action, target, parameters::text, outcome, status::text, duration_ms::text, pg_catalog.encode(prev_hash, 'hex'),
    pg_catalog.encode(hash, 'hex')
FROM public.audit_event WHERE id > $1::bigint ORDER BY audit_event.id
