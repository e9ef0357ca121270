-- $1 event id, $2 hash, $3 public key, $4 signature (hex)
INSERT INTO public.audit_anchor (event_id, hash, public_key, signature)
VALUES ($1::bigint, pg_catalog.decode($2, 'hex'), pg_catalog.decode($3, 'hex'), pg_catalog.decode($4, 'hex'))
ON CONFLICT DO NOTHING
