-- $1: JSON array of canonical texts, in order
SELECT pg_catalog.count(public.audit_append_once(line))
FROM (SELECT e.line FROM pg_catalog.jsonb_array_elements_text($1::jsonb) WITH ORDINALITY AS e (line, position) ORDER BY position) AS lines
