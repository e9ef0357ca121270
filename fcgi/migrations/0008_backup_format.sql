-- In which of pg_dump's formats a schedule makes its backups; a restore drill makes none.
ALTER TABLE schedule ADD COLUMN format text NOT NULL DEFAULT 'custom' CHECK (format IN ('custom', 'directory'));

CREATE OR REPLACE FUNCTION schedule_json(s schedule) RETURNS json LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT json_build_object(
        'seq', s.seq, 'id', s.id, 'database', s.database, 'kind', s.kind, 'cron', s.cron, 'time_zone', s.time_zone,
        'enabled', s.enabled, 'format', CASE WHEN s.kind = 'backup' THEN s.format END, 'retention', s.retention,
        'last_job_id', j.id, 'last_state', j.state, 'note', s.note,
        'created_by', s.created_by, 'updated_at', public.job_time(s.updated_at))
    FROM (SELECT) AS one
    LEFT JOIN LATERAL (SELECT id, state FROM public.job WHERE schedule_id = s.id ORDER BY seq DESC LIMIT 1) AS j ON true
$$;
