-- For /metrics: the last verified backup of each database that was made here. $1 databases, a JSON array
SELECT d.name AS database, coalesce(extract(epoch FROM pg_catalog.max(b.created_at)), 0)::bigint AS at
FROM pg_catalog.json_array_elements_text($1::json) AS d (name)
LEFT JOIN public.backup AS b ON b.database = d.name AND b.state = 'verified' AND b.origin <> 'upload' AND b.deleted_at IS NULL
GROUP BY d.name
