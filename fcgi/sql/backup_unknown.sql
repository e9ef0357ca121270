-- Those of some ids of which a runner's files are known to no row; deleted ones are left to their removal.
-- $1 ids, a JSON array; $2 runner
SELECT i.id FROM pg_catalog.json_array_elements_text($1::json) AS i (id)
WHERE NOT EXISTS (SELECT FROM public.backup AS b WHERE b.id = i.id::uuid AND b.deleted_at IS NOT NULL)
  AND NOT EXISTS (SELECT FROM public.backup_copy AS c WHERE c.backup_id = i.id::uuid AND c.runner = $2)
