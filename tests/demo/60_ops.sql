-- Sessions, tokens, logs, queues: what grows, what is pruned, what is forgotten.
CREATE TABLE user_sessions (
    id uuid PRIMARY KEY, user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE, created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, address inet NOT NULL, agent text NOT NULL, revoked boolean NOT NULL DEFAULT false);
INSERT INTO user_sessions
SELECT stable_uuid('session' || i), 1 + i % 4000, timestamptz '2026-11-01 00:00+00' + i * interval '2 minutes', timestamptz '2026-11-02 00:00+00' + i * interval '2 minutes', inet '172.16.0.0' + i % 60000,
       pick(ARRAY['Mozilla/5.0 (X11; Linux x86_64)', 'IoTGuardian/3.2 (iOS)', 'curl/7.88'], i), i % 12 = 0
FROM generate_series(1, 12000) AS i;
CREATE INDEX user_sessions_user_idx ON user_sessions (user_id);
CREATE INDEX user_sessions_agent_idx ON user_sessions (agent);
COMMENT ON INDEX user_sessions_agent_idx IS 'Nothing has ever used this index';
CREATE TABLE api_tokens (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE, name text NOT NULL, token_sha256 bytea NOT NULL UNIQUE, scopes text[] NOT NULL, expires_at timestamptz DEFAULT 'infinity', UNIQUE (user_id, name));
INSERT INTO api_tokens (user_id, name, token_sha256, scopes) SELECT 1 + i, 'ci-' || i, sha256(convert_to('token' || i, 'UTF8')), '{device.read}' FROM generate_series(1, 600) AS i;

-- Rows are updated in place here and autovacuum is told to stay away, so that dead rows show.
CREATE TABLE login_attempts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL, address inet NOT NULL, at timestamptz NOT NULL, success boolean NOT NULL, attempts int NOT NULL DEFAULT 1)
    WITH (autovacuum_enabled = false);
INSERT INTO login_attempts (email, address, at, success)
SELECT 'user' || i % 4000 || '@tenant.example', inet '203.0.113.0' + i % 200, timestamptz '2026-11-01 00:00+00' + i * interval '97 seconds', i % 6 <> 0 FROM generate_series(1, 20000) AS i;
UPDATE login_attempts SET attempts = attempts + 1 WHERE NOT success;
DELETE FROM login_attempts WHERE id % 10 = 0;

CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL, actor_id bigint REFERENCES users, action text NOT NULL, target text, before jsonb, after jsonb, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
SELECT format('CREATE TABLE audit_log_%s PARTITION OF audit_log FOR VALUES FROM (%L) TO (%L)', to_char(q, 'YYYY_"q"Q'), q::text || '+00', (q + interval '3 months')::text || '+00')
FROM generate_series(timestamp '2026-01-01', timestamp '2026-10-01', interval '3 months') AS q
\gexec
INSERT INTO audit_log (at, actor_id, action, target, before, after)
SELECT timestamptz '2026-01-01 00:00+00' + i * interval '15 minutes', 1 + i % 4000, pick(ARRAY['device.update', 'rule.create', 'user.login', 'ota.start'], i), 'device/' || (100001 + i % 6000), '{"name": "old"}', jsonb_build_object('name', 'new ' || i)
FROM generate_series(1, 30000) AS i;
CREATE INDEX audit_log_actor_idx ON audit_log (actor_id, at DESC);

CREATE TABLE ops.job_queue (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL, payload json NOT NULL, run_after timestamptz NOT NULL DEFAULT now(), locked_by text, attempts smallint NOT NULL DEFAULT 0);
INSERT INTO ops.job_queue (kind, payload, run_after) SELECT pick(ARRAY['rollup', 'export', 'notify'], i), json_build_object('n', i), timestamptz '2026-11-20 00:00+00' + i * interval '1 minute' FROM generate_series(1, 500) AS i;
CREATE INDEX job_queue_ready_idx ON ops.job_queue (run_after) WHERE locked_by IS NULL;
CREATE UNLOGGED TABLE ops.rate_buckets (key text PRIMARY KEY, tokens real NOT NULL, refilled_at timestamptz NOT NULL);
INSERT INTO ops.rate_buckets SELECT 'ip:' || i, i % 10, timestamptz '2026-11-20 00:00+00' FROM generate_series(1, 1000) AS i;
CREATE TABLE ops.settings (key text PRIMARY KEY, value jsonb NOT NULL, updated_at timestamptz NOT NULL DEFAULT now(), updated_by name NOT NULL DEFAULT current_user);
INSERT INTO ops.settings (key, value, updated_at) VALUES ('retention.days', '180', '2026-01-01 00:00+00'), ('banner', '"欢迎 <b>welcome</b>"', '2026-01-01 00:00+00'), ('limits', '{"rps": 50}', '2026-01-01 00:00+00');
CREATE TABLE ops.incidents (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL, body text, started_at timestamptz NOT NULL, ended_at timestamptz, duplicate_of int REFERENCES ops.incidents, caused_by_alert bigint REFERENCES public.alerts);
INSERT INTO ops.incidents (title, body, started_at, ended_at, duplicate_of, caused_by_alert)
SELECT 'Incident ' || i, repeat(pick(ARRAY['Broker restarted. ', '网络抖动。', 'Disk full on edge node. '], i), 40 + i % 300), timestamptz '2026-01-01 00:00+00' + i * interval '18 hours', timestamptz '2026-01-01 02:00+00' + i * interval '18 hours', CASE WHEN i % 9 = 0 THEN i - 1 END, i * 7
FROM generate_series(1, 400) AS i;
CREATE TABLE ops.service_accounts (name text PRIMARY KEY, owner_id bigint REFERENCES users, note text);
INSERT INTO ops.service_accounts VALUES ('ingest', 1, 'MQTT ingest'), ('rollup', 2, NULL), ('export', 3, 'CSV 导出');
CREATE TABLE dashboards (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner_id bigint NOT NULL REFERENCES users ON DELETE CASCADE, title text NOT NULL, layout jsonb NOT NULL, shared_with bigint[] NOT NULL DEFAULT '{}');
INSERT INTO dashboards (owner_id, title, layout, shared_with) SELECT 1 + i, pick(ARRAY['总览', 'Energy', 'Cold chain'], i) || ' ' || i, jsonb_build_object('columns', 1 + i % 4), ARRAY[i, i + 1] FROM generate_series(1, 300) AS i;
CREATE TABLE dashboard_widgets (
    dashboard_id int NOT NULL REFERENCES dashboards ON DELETE CASCADE, position int4range NOT NULL, kind text NOT NULL, query text NOT NULL, EXCLUDE USING gist (dashboard_id WITH =, position WITH &&));
INSERT INTO dashboard_widgets SELECT d, int4range(w * 10, w * 10 + 10), pick(ARRAY['line', 'gauge', 'table'], w), 'SELECT value FROM telemetry_latest WHERE metric_id = ' || (1 + w) FROM generate_series(1, 300) AS d, generate_series(0, 4) AS w;
CREATE TABLE webhooks (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenants, url text NOT NULL CHECK (url ~ '^https://'), events text[] NOT NULL, headers jsonb);
INSERT INTO webhooks (tenant_id, url, events) SELECT 1 + i % 40, 'https://hooks.example/' || i, '{alert.opened,alert.closed}' FROM generate_series(1, 60) AS i;
CREATE TABLE webhook_deliveries (
    webhook_id int NOT NULL REFERENCES webhooks ON DELETE CASCADE, at timestamptz NOT NULL, status smallint, took interval, request text, response text, PRIMARY KEY (webhook_id, at));
INSERT INTO webhook_deliveries SELECT 1 + i % 60, timestamptz '2026-10-01 00:00+00' + i * interval '5 minutes', pick(ARRAY[200, 200, 204, 500], i)::smallint, i % 900 * interval '1 millisecond', '{"n":' || i || '}', NULL FROM generate_series(1, 9000) AS i;

-- Row-level security: everybody reads, a tenant writes its own.
CREATE TABLE tenant_notes (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenants, note text NOT NULL);
INSERT INTO tenant_notes (tenant_id, note) SELECT 1 + i % 40, 'Note ' || i FROM generate_series(1, 200) AS i;
ALTER TABLE tenant_notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_notes_read ON tenant_notes FOR SELECT USING (true);
CREATE POLICY tenant_notes_write ON tenant_notes FOR ALL USING (tenant_id = current_setting('app.tenant_id', true)::int);
-- Inheritance of the old kind.
CREATE TABLE ops.backup_log (at timestamptz NOT NULL, bytes bigint NOT NULL, note text);
CREATE TABLE ops.backup_log_offsite (target text NOT NULL) INHERITS (ops.backup_log);
INSERT INTO ops.backup_log SELECT timestamptz '2026-01-01 00:00+00' + i * interval '1 day', i * 1000003 FROM generate_series(1, 300) AS i;
INSERT INTO ops.backup_log_offsite SELECT timestamptz '2026-01-01 06:00+00' + i * interval '7 days', i * 7000021, NULL, 's3://offsite/' || i FROM generate_series(1, 40) AS i;
