-- What takes long: jobs, the backups that they make, and the schedules that start them.
CREATE TABLE job (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    kind text NOT NULL,
    database text,
    parameters jsonb NOT NULL DEFAULT '{}',
    exclusive boolean NOT NULL,                 -- no other exclusive job of its database runs beside it
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    attempt integer NOT NULL DEFAULT 0,
    runner text,
    lease_until timestamptz,                    -- a running job whose runner stays silent beyond this is taken over
    cancel_requested boolean NOT NULL DEFAULT false,
    progress jsonb NOT NULL DEFAULT '{"percent": null, "done": null, "total": null, "unit": null, "phase": "queued"}',
    result jsonb,
    error jsonb,
    log_tail text NOT NULL DEFAULT '',
    created_by text NOT NULL,
    request_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    schedule_id uuid,
    scheduled_for timestamptz,
    CHECK ((state IN ('queued', 'running')) = (finished_at IS NULL)),
    CHECK (state <> 'running' OR (runner IS NOT NULL AND lease_until IS NOT NULL))
);
CREATE INDEX job_open ON job (created_at) WHERE state IN ('queued', 'running');
CREATE INDEX job_kind ON job (kind, database, seq);
-- Whatever two runners do at once, these hold.
CREATE UNIQUE INDEX job_one_exclusive ON job (database) WHERE state = 'running' AND exclusive;
CREATE UNIQUE INDEX job_scheduled_once ON job (schedule_id, scheduled_for);

CREATE FUNCTION job_notify() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_notify('guardian_job', '');
    RETURN NULL;
END $$;
-- By row: a claim that finds nothing must wake nobody, or two idle runners would wake each other for ever.
CREATE TRIGGER job_notify AFTER INSERT OR UPDATE OF state, cancel_requested ON job
    FOR EACH ROW EXECUTE FUNCTION job_notify();

-- How long such a job took lately, in seconds: what an estimate is made of.
CREATE FUNCTION job_usual_seconds(of_kind text, of_database text) RETURNS double precision
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT avg(seconds) FROM (
        SELECT extract(epoch FROM finished_at - started_at)::double precision AS seconds FROM public.job
        WHERE kind = of_kind AND database IS NOT DISTINCT FROM of_database AND state = 'succeeded'
        ORDER BY seq DESC LIMIT 5) AS recent
$$;

CREATE FUNCTION job_time(at timestamptz) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- A job as the API shows it.
CREATE FUNCTION job_json(j job) RETURNS json LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT json_build_object(
        'seq', j.seq, 'id', j.id, 'kind', j.kind, 'state', j.state, 'progress', j.progress, 'result', j.result, 'error', j.error,
        'log_tail', j.log_tail, 'database', j.database, 'parameters', j.parameters, 'created_by', j.created_by,
        'created_at', public.job_time(j.created_at), 'started_at', public.job_time(j.started_at),
        'finished_at', public.job_time(j.finished_at), 'runner', j.runner, 'attempt', j.attempt,
        'cancel_requested', j.cancel_requested, 'request_id', j.request_id,
        'eta_seconds', CASE WHEN j.state = 'running' THEN (
            SELECT CASE
                WHEN (j.progress->>'percent')::numeric BETWEEN 5 AND 100
                THEN round(elapsed * (100 - (j.progress->>'percent')::numeric) / (j.progress->>'percent')::numeric)::int
                ELSE greatest(round(usual - elapsed), CASE WHEN usual IS NOT NULL THEN 0 END)::int END
            FROM extract(epoch FROM clock_timestamp() - j.started_at) AS elapsed,
                 CAST(public.job_usual_seconds(j.kind, j.database) AS numeric) AS usual) END)
$$;

-- The next job for a runner, or nothing. One claim at a time: the look at what runs and the change are one step.
CREATE FUNCTION job_claim(by_runner text, lease interval, kinds text[]) RETURNS SETOF job
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7165489302);
    RETURN QUERY
        UPDATE public.job AS j
        SET state = 'running', runner = by_runner, lease_until = clock_timestamp() + lease, attempt = j.attempt + 1,
            started_at = clock_timestamp(), log_tail = '',
            progress = '{"percent": null, "done": null, "total": null, "unit": null, "phase": "starting"}'
        WHERE j.id = (
            SELECT q.id FROM public.job AS q
            WHERE q.state = 'queued' AND q.kind = ANY (kinds)
              AND NOT (q.exclusive AND EXISTS (SELECT FROM public.job AS r
                                               WHERE r.state = 'running' AND r.exclusive AND r.database = q.database))
            ORDER BY q.seq LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING j.*;
END $$;

CREATE TABLE schedule (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    database text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('backup', 'restore_drill')),
    cron text NOT NULL,
    time_zone text NOT NULL,
    enabled boolean NOT NULL,
    retention jsonb,
    note text,
    next_run_at timestamptz,                    -- null: never again, or not enabled
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE backup (
    id uuid PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    database text NOT NULL,
    format text NOT NULL,
    state text NOT NULL CHECK (state IN ('verified', 'damaged', 'missing')),
    created_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    size_bytes bigint NOT NULL,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    encrypted boolean NOT NULL,
    origin text NOT NULL CHECK (origin IN ('manual', 'schedule', 'upload', 'before_restore')),
    manifest text NOT NULL,                     -- the signed text, to the byte
    signature text NOT NULL,
    public_key text NOT NULL,
    note text,
    pinned boolean NOT NULL DEFAULT false,
    created_by text NOT NULL,
    job_id uuid,
    schedule_id uuid,
    verified_at timestamptz NOT NULL,
    deleted_at timestamptz                      -- gone for everybody but the runners, who still have to remove the files
);
CREATE INDEX backup_database ON backup (database, seq);

-- Where the bytes are. A runner adds its row when it has read back what it wrote.
CREATE TABLE backup_copy (
    backup_id uuid NOT NULL REFERENCES backup ON DELETE CASCADE,
    runner text NOT NULL,
    verified_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (backup_id, runner)
);
CREATE TRIGGER backup_notify AFTER INSERT OR UPDATE OF deleted_at ON backup
    FOR EACH ROW EXECUTE FUNCTION job_notify();

GRANT SELECT, INSERT, UPDATE, DELETE ON job, schedule, backup, backup_copy TO guardian_app;
