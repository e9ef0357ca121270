-- A runner is there. $1 its name, $2 bytes that are free where its backups are
INSERT INTO public.runner (name, seen_at, free_bytes) VALUES ($1, pg_catalog.clock_timestamp(), $2::bigint)
ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at, free_bytes = excluded.free_bytes
