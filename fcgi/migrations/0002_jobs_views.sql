-- Backups and schedules as the API shows them.
CREATE FUNCTION backup_last_drill(of_backup uuid) RETURNS json LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT json_build_object('job_id', id, 'at', public.job_time(finished_at), 'ok', state = 'succeeded') FROM public.job
    WHERE kind = 'restore_drill' AND parameters->>'backup_id' = of_backup::text AND state IN ('succeeded', 'failed')
    ORDER BY seq DESC LIMIT 1
$$;
CREATE INDEX job_drill ON job ((parameters->>'backup_id'), seq) WHERE kind = 'restore_drill';

CREATE FUNCTION backup_json(b backup) RETURNS json LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT json_build_object(
        'seq', b.seq, 'id', b.id, 'database', b.database, 'format', b.format, 'state', b.state,
        'created_at', public.job_time(b.created_at), 'finished_at', public.job_time(b.finished_at),
        'size_bytes', b.size_bytes, 'sha256', b.sha256, 'server_version', m.manifest->'server_version',
        'database_bytes', m.manifest->'database_bytes', 'tables', jsonb_array_length(m.manifest->'tables'),
        'row_estimate', m.manifest->'row_estimate', 'wal_lsn', m.manifest->'wal_lsn', 'duration_ms', m.manifest->'duration_ms',
        'note', b.note, 'pinned', b.pinned, 'encrypted', b.encrypted, 'origin', b.origin, 'created_by', b.created_by,
        'job_id', b.job_id, 'verified_at', public.job_time(b.verified_at), 'copies', c.copies,
        'single_copy', json_array_length(c.copies) = 1, 'last_drill', public.backup_last_drill(b.id), 'expires', (
            SELECT json_build_object(
                'at', CASE WHEN jsonb_strip_nulls(s.retention) - 'keep_days' = '{}'
                           THEN public.job_time(b.created_at + make_interval(days => (s.retention->>'keep_days')::int)) END,
                'reason', 'by the rule of its schedule')
            FROM public.schedule AS s
            WHERE s.id = b.schedule_id AND s.retention IS NOT NULL AND b.state = 'verified' AND NOT b.pinned))
    FROM (SELECT b.manifest::jsonb AS manifest) AS m,
         (SELECT coalesce(json_agg(json_build_object('runner', runner, 'verified_at', public.job_time(verified_at)) ORDER BY runner), '[]')
                 AS copies
          FROM public.backup_copy WHERE backup_id = b.id) AS c
$$;

CREATE FUNCTION schedule_json(s schedule) RETURNS json LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT json_build_object(
        'seq', s.seq, 'id', s.id, 'database', s.database, 'kind', s.kind, 'cron', s.cron, 'time_zone', s.time_zone,
        'enabled', s.enabled, 'retention', s.retention, 'last_job_id', j.id, 'last_state', j.state, 'note', s.note,
        'created_by', s.created_by, 'updated_at', public.job_time(s.updated_at))
    FROM (SELECT) AS one
    LEFT JOIN LATERAL (SELECT id, state FROM public.job WHERE schedule_id = s.id ORDER BY seq DESC LIMIT 1) AS j ON true
$$;
CREATE INDEX job_schedule ON job (schedule_id, seq);

-- Never the last verified one of its database, nor a pinned one. The runners remove the files. One at a time: the look at what
-- remains and the change are one step.
CREATE FUNCTION backup_delete(of_backup uuid, of_database text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7165489303);
    UPDATE public.backup AS b SET deleted_at = clock_timestamp()
    WHERE b.id = of_backup AND b.database = of_database AND b.deleted_at IS NULL AND NOT b.pinned
      AND (b.state <> 'verified' OR EXISTS (
          SELECT FROM public.backup AS o
          WHERE o.database = b.database AND o.state = 'verified' AND o.deleted_at IS NULL AND o.id <> b.id));
    RETURN FOUND;
END $$;

CREATE FUNCTION backup_notify() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_notify('guardian_backup', '');
    RETURN NULL;
END $$;
DROP TRIGGER backup_notify ON backup;
CREATE TRIGGER backup_notify AFTER INSERT OR UPDATE OF deleted_at ON backup
    FOR EACH ROW EXECUTE FUNCTION backup_notify();
CREATE TRIGGER backup_copy_notify AFTER INSERT OR DELETE ON backup_copy
    FOR EACH ROW EXECUTE FUNCTION backup_notify();
