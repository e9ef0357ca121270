-- $1 database, $2 kind, $3 cron, $4 time zone, $5 enabled?, $6 retention or null, $7 note or null, $8 next run, unix time, or null,
-- $9 created by, $10 format
INSERT INTO public.schedule (database, kind, cron, time_zone, enabled, retention, note, next_run_at, created_by, format)
VALUES ($1, $2, $3, $4, $5::boolean, $6::jsonb, $7, pg_catalog.to_timestamp($8::double precision), $9, $10) RETURNING id
