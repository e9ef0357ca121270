-- Point-in-time recovery: what each runner beside a Barman saw last, and the clusters that were restored for inspection.
CREATE TABLE pitr_status (
    runner text PRIMARY KEY,
    at timestamptz NOT NULL,
    status jsonb NOT NULL
);

CREATE TABLE pitr_instance (
    id uuid PRIMARY KEY,                        -- of the job that made it
    runner text NOT NULL,
    backup_id text NOT NULL,
    target_time timestamptz NOT NULL,
    port integer NOT NULL,
    state text NOT NULL CHECK (state IN ('starting', 'ready', 'stopped', 'removing')),
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON pitr_status, pitr_instance TO guardian_app;
