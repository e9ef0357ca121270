-- Failover drills: what was broken on purpose, what the decision rested on, and what was measured meanwhile.
CREATE TABLE drill_run (
    id uuid PRIMARY KEY REFERENCES job,         -- the job that carries it out
    seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    drill text NOT NULL,
    plan jsonb NOT NULL,                        -- the numbers that were confirmed
    preflight jsonb NOT NULL,
    broke_at timestamptz,                       -- written down before anything is broken: from then on it is only mended
    timeline jsonb NOT NULL DEFAULT '[]',
    strip jsonb,                                -- the canary's writes over time
    report jsonb
);
CREATE INDEX drill_run_drill ON drill_run (drill, seq);

-- What the canary writes, a row a write; looked for afterwards, then removed.
CREATE TABLE drill_write (
    run_id uuid NOT NULL REFERENCES drill_run ON DELETE CASCADE,
    sequence bigint NOT NULL,
    PRIMARY KEY (run_id, sequence)
);

-- One at a time, whoever asks at the same moment: null when one is open.
CREATE FUNCTION drill_start(of_drill text, with_plan jsonb, with_preflight jsonb, with_state text, by_user text, of_request text)
RETURNS uuid LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    of_job uuid;
BEGIN
    PERFORM pg_advisory_xact_lock(7165489307);
    IF EXISTS (SELECT FROM public.job WHERE kind = 'drill' AND state IN ('queued', 'running')) THEN
        RETURN NULL;
    END IF;
    INSERT INTO public.job (kind, parameters, exclusive, created_by, request_id)
    VALUES ('drill', jsonb_build_object('drill', of_drill, 'plan', with_plan, 'state', with_state), false, by_user, of_request)
    RETURNING id INTO of_job;
    INSERT INTO public.drill_run (id, drill, plan, preflight) VALUES (of_job, of_drill, with_plan, with_preflight);
    RETURN of_job;
END $$;

-- A run as the API shows it. A report is missing where the process was ended before it could write one.
CREATE FUNCTION drill_run_json(r drill_run) RETURNS jsonb LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT jsonb_build_object(
        'seq', r.seq, 'id', r.id, 'drill', r.drill, 'state', j.state, 'phase', j.progress->>'phase', 'error', j.error,
        'created_by', j.created_by, 'created_at', public.job_time(j.created_at), 'started_at', public.job_time(j.started_at),
        'finished_at', public.job_time(j.finished_at), 'runner', j.runner, 'attempt', j.attempt,
        'cancel_requested', j.cancel_requested, 'plan', r.plan, 'preflight', r.preflight, 'broke_at', public.job_time(r.broke_at),
        'timeline', r.timeline, 'strip', r.strip, 'report', r.report,
        'left_to_do', CASE
            WHEN r.report IS NOT NULL THEN r.report->>'left_to_do'
            WHEN j.finished_at IS NOT NULL AND r.broke_at IS NOT NULL
            THEN 'The process was ended after it had broken something and before it could look again: see whether everything is at full strength.'
        END)
    FROM public.job AS j WHERE j.id = r.id
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON drill_run, drill_write TO guardian_app;
