-- All countersigned heads, oldest first.
SELECT event_id::text, pg_catalog.encode(hash, 'hex'), pg_catalog.encode(public_key, 'hex'), pg_catalog.encode(signature, 'hex'),
    pg_catalog.to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
FROM public.audit_anchor ORDER BY audit_anchor.event_id
