-- Rules, alerts, and what happens to them.
CREATE TABLE notification_channels (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenants ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('email', 'sms', 'webhook', 'wechat')), target text NOT NULL, secret bytea, enabled boolean NOT NULL DEFAULT true);
INSERT INTO notification_channels (tenant_id, kind, target, secret)
SELECT 1 + i % 40, pick(ARRAY['email', 'sms', 'webhook', 'wechat'], i), 'target-' || i || '.example', CASE WHEN i % 4 = 2 THEN decode(md5(i::text), 'hex') END
FROM generate_series(1, 120) AS i;

CREATE TABLE alert_rules (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL REFERENCES tenants,
    metric_id smallint NOT NULL REFERENCES metrics,
    name text NOT NULL,
    condition jsonb NOT NULL CHECK (jsonb_typeof(condition) = 'object' AND condition ? 'operator'),
    level severity NOT NULL DEFAULT 'warning',
    hold interval NOT NULL DEFAULT '5 minutes',
    channel_ids int[] NOT NULL DEFAULT '{}',
    created_by bigint REFERENCES users ON DELETE SET NULL,
    enabled boolean NOT NULL DEFAULT true,
    UNIQUE (tenant_id, name)
);
COMMENT ON TABLE alert_rules IS 'When to raise an alert';
COMMENT ON COLUMN alert_rules.condition IS '{"operator": ">", "threshold": 30}';
INSERT INTO alert_rules (tenant_id, metric_id, name, condition, level, channel_ids, created_by, enabled)
SELECT 1 + i % 40, 1 + i % 6, 'Rule ' || i, jsonb_build_object('operator', pick(ARRAY['>', '<', 'absent'], i), 'threshold', 20 + i % 15),
       pick(ARRAY['info', 'warning', 'critical'], i)::severity, ARRAY[1 + i % 120], 1 + i % 4000, i % 7 <> 0
FROM generate_series(1, 400) AS i;

CREATE TABLE alerts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_id int NOT NULL REFERENCES alert_rules ON DELETE CASCADE,
    device_id bigint NOT NULL REFERENCES devices ON DELETE CASCADE,
    state alert_state NOT NULL DEFAULT 'open',
    level severity NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    acknowledged_by bigint REFERENCES users,
    value double precision,
    message text NOT NULL,
    duration interval GENERATED ALWAYS AS (closed_at - opened_at) STORED,
    CONSTRAINT alerts_closed_after_opened CHECK (closed_at >= opened_at)
);
COMMENT ON TABLE alerts IS 'Raised alerts, 告警';
SELECT setseed(0.3);
INSERT INTO alerts (rule_id, device_id, state, level, opened_at, closed_at, acknowledged_by, value, message)
SELECT 1 + i % 400, 100001 + i * 13 % 6000, CASE WHEN i % 50 = 0 THEN 'open' WHEN i % 50 = 1 THEN 'acknowledged' ELSE 'resolved' END::alert_state,
       pick(ARRAY['info', 'warning', 'critical'], i)::severity, o, CASE WHEN i % 50 > 1 THEN o + random() * interval '5 hours' END,
       CASE WHEN i % 50 <> 0 THEN 1 + i % 4000 END, round((random() * 90)::numeric, 2),
       pick(ARRAY['Temperature above limit', '湿度过高', 'Device silent', 'Battery low <10%>', 'Vibration "peak"'], i)
FROM (SELECT i, timestamptz '2026-01-01 00:00+00' + i * interval '11 minutes 40 seconds' AS o FROM generate_series(1, 40000) AS i) AS s;
CREATE INDEX alerts_open_idx ON alerts (level DESC, opened_at) WHERE state IN ('open', 'acknowledged');
CREATE INDEX alerts_device_idx ON alerts (device_id, opened_at DESC);
CREATE INDEX alerts_rule_idx ON alerts (rule_id);
CREATE INDEX alerts_message_trgm_idx ON alerts USING gin (message gin_trgm_ops);
CREATE INDEX alerts_day_idx ON alerts (date_trunc('day', opened_at AT TIME ZONE 'UTC'));

CREATE TABLE alert_comments (
    alert_id bigint NOT NULL REFERENCES alerts ON DELETE CASCADE, comment_no int NOT NULL, author_id bigint NOT NULL REFERENCES users,
    reply_to int, body text NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (alert_id, comment_no),
    FOREIGN KEY (alert_id, reply_to) REFERENCES alert_comments);
INSERT INTO alert_comments
SELECT a, c, 1 + (a * 3 + c) % 4000, CASE WHEN c > 1 THEN c - 1 END, pick(ARRAY['Checked on site.', '已处理', 'False alarm?', 'See runbook 7'], a + c), timestamptz '2026-02-01 00:00+00' + a * interval '11 minutes' + c * interval '3 minutes'
FROM generate_series(1, 3000) AS a, generate_series(1, 2) AS c;
CREATE TABLE notifications (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, alert_id bigint NOT NULL REFERENCES alerts ON DELETE CASCADE,
    channel_id int NOT NULL REFERENCES notification_channels, sent_at timestamptz, attempts smallint NOT NULL DEFAULT 0, error text);
INSERT INTO notifications (alert_id, channel_id, sent_at, attempts, error)
SELECT i, 1 + i % 120, CASE WHEN i % 40 <> 0 THEN timestamptz '2026-01-01 00:00+00' + i * interval '11 minutes 41 seconds' END, 1 + i % 3, CASE WHEN i % 40 = 0 THEN 'connection timed out' END
FROM generate_series(1, 40000) AS i;
CREATE INDEX notifications_unsent_idx ON notifications (id) WHERE sent_at IS NULL;

-- Commands to devices, firmware campaigns, work orders.
CREATE TABLE commands (
    id uuid PRIMARY KEY, device_id bigint NOT NULL REFERENCES devices, requested_by bigint REFERENCES users, name text NOT NULL, arguments jsonb NOT NULL DEFAULT '{}',
    state command_state NOT NULL DEFAULT 'queued', requested_at timestamptz NOT NULL, answered_at timestamptz, result jsonb);
INSERT INTO commands
SELECT stable_uuid('command' || i), 100001 + i * 3 % 6000, 1 + i % 4000, pick(ARRAY['reboot', 'set_interval', 'read_config', 'open_valve'], i), jsonb_build_object('value', i % 60),
       pick(ARRAY['acknowledged', 'acknowledged', 'failed', 'sent', 'expired'], i)::command_state, timestamptz '2026-03-01 00:00+00' + i * interval '19 minutes', NULL, NULL
FROM generate_series(1, 15000) AS i;
CREATE INDEX commands_device_idx ON commands (device_id, requested_at DESC);
CREATE INDEX commands_pending_idx ON commands (requested_at) WHERE state IN ('queued', 'sent');
CREATE TABLE ota_campaigns (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, device_type_id int NOT NULL, firmware_id int NOT NULL, started_at timestamptz, share percentage NOT NULL DEFAULT 10,
    FOREIGN KEY (device_type_id, firmware_id) REFERENCES firmware);
INSERT INTO ota_campaigns (name, device_type_id, firmware_id, started_at, share)
SELECT 'Rollout ' || i, 1 + i % 24, 9, CASE WHEN i < 25 THEN timestamptz '2026-05-01 00:00+00' + i * interval '6 days' END, 5 * (i % 20)
FROM generate_series(1, 30) AS i;
CREATE TABLE ota_targets (
    campaign_id int NOT NULL REFERENCES ota_campaigns ON DELETE CASCADE, device_id bigint NOT NULL REFERENCES devices ON DELETE CASCADE,
    state command_state NOT NULL, progress percentage NOT NULL DEFAULT 0, PRIMARY KEY (campaign_id, device_id));
INSERT INTO ota_targets
SELECT c.id, d.id, pick(ARRAY['acknowledged', 'sent', 'queued', 'failed'], d.id)::command_state, (d.id * 7) % 101
FROM ota_campaigns c JOIN devices d USING (device_type_id) WHERE c.id < 25;
CREATE TABLE work_orders (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id int NOT NULL, site_no int NOT NULL, alert_id bigint REFERENCES alerts ON DELETE SET NULL,
    assignee_id bigint REFERENCES users, title text NOT NULL, due_on date, cost money, done boolean NOT NULL DEFAULT false,
    FOREIGN KEY (tenant_id, site_no) REFERENCES sites);
INSERT INTO work_orders (tenant_id, site_no, alert_id, assignee_id, title, due_on, cost, done)
SELECT 1 + i % 40, 1 + i % 8, i * 9, 1 + i % 4000, pick(ARRAY['Replace battery', '更换滤网', 'Inspect valve'], i), date '2026-02-01' + i % 300, (i % 500)::numeric::money, i % 3 = 0
FROM generate_series(1, 2500) AS i;
CREATE TABLE work_order_items (
    work_order_id int NOT NULL REFERENCES work_orders ON DELETE CASCADE, item_no smallint NOT NULL, part text NOT NULL, quantity int NOT NULL CHECK (quantity > 0), PRIMARY KEY (work_order_id, item_no));
INSERT INTO work_order_items SELECT w, n, 'Part ' || (w + n) % 60, 1 + (w * n) % 9 FROM generate_series(1, 2500) AS w, generate_series(1, 3) AS n;
