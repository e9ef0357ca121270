-- $1: canonical JSON of the event
SELECT public.audit_append($1::text)
