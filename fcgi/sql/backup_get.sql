-- $1 id
SELECT public.backup_json(b) FROM public.backup AS b WHERE b.id = $1::uuid AND b.deleted_at IS NULL
