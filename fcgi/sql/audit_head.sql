-- The chain's head when it is newer than the last countersigned one.
SELECT pg_catalog.json_build_object('id', id, 'hash', pg_catalog.encode(hash, 'hex'))::text
FROM (SELECT id, hash FROM public.audit_event ORDER BY id DESC LIMIT 1) AS head
WHERE id > coalesce((SELECT pg_catalog.max(event_id) FROM public.audit_anchor), 0)
