-- $1 id, $2 database, $3 kind, $4 cron, $5 time zone, $6 enabled?, $7 retention or null, $8 note or null,
-- $9 next run, unix time, or null, $10 format
UPDATE public.schedule
SET database = $2, kind = $3, cron = $4, time_zone = $5, enabled = $6::boolean, retention = $7::jsonb, note = $8, format = $10,
    next_run_at = pg_catalog.to_timestamp($9::double precision), updated_at = pg_catalog.now()
WHERE id = $1::uuid RETURNING id
