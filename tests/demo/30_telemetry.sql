-- Measurements: 1.25 million rows in monthly partitions, filled before anything is indexed.
CREATE TABLE metrics (
    id smallint PRIMARY KEY, name text NOT NULL UNIQUE, unit text NOT NULL, plausible numrange NOT NULL, description text);
INSERT INTO metrics VALUES
    (1, 'temperature', '°C', '[-60,150]', '温度'), (2, 'humidity', '%', '[0,100]', '湿度'),
    (3, 'pressure', 'hPa', '[300,1100]', NULL), (4, 'voltage', 'V', '[0,500]', NULL),
    (5, 'flow', 'm³/h', '[0,)', '流量'), (6, 'vibration', 'mm/s', '[0,100]', NULL);

CREATE TABLE telemetry (
    device_id bigint NOT NULL,
    metric_id smallint NOT NULL,
    quality smallint NOT NULL DEFAULT 100 CHECK (quality BETWEEN 0 AND 100),
    at timestamptz NOT NULL,
    value double precision NOT NULL,
    attributes jsonb
) PARTITION BY RANGE (at);
COMMENT ON TABLE telemetry IS 'Measurements as the devices sent them, one partition a month';
COMMENT ON COLUMN telemetry.quality IS '100 is perfect; below 50 is left out of reports';
SELECT format('CREATE TABLE telemetry_%s PARTITION OF telemetry FOR VALUES FROM (%L) TO (%L)',
              to_char(month, 'YYYY_MM'), month::text || '+00', (month + interval '1 month')::text || '+00')
FROM generate_series(timestamp '2025-12-01', timestamp '2026-12-01', interval '1 month') AS month
\gexec
CREATE TABLE telemetry_default PARTITION OF telemetry DEFAULT;

-- 500 devices × 5 metrics × 500 readings, in time order so that BRIN has something to work with.
SET max_parallel_workers_per_gather = 0;
SELECT setseed(0.7);
INSERT INTO telemetry
SELECT 100001 + d, 1 + (d + m) % 6, CASE WHEN random() < 0.03 THEN 40 ELSE 100 END,
       timestamptz '2025-12-01 00:00+00' + r * interval '17 hours 2 minutes' + d * interval '1.7 seconds',
       round((20 + 8 * sin(r / 24.0 + d) + (random() - 0.5) * 2)::numeric, 3),
       CASE WHEN (r + d) % 50 = 0 THEN jsonb_build_object('rssi', -40 - d % 60, 'seq', r) END
FROM generate_series(0, 499) AS r, generate_series(0, 499) AS d, generate_series(0, 4) AS m;
-- Clocks that were wrong: these rows land in the default partition.
INSERT INTO telemetry
SELECT 100001 + i % 500, 1, 10, timestamptz '1970-01-01 00:00+00' + i * interval '1 second', 0, '{"clock": "unset"}'
FROM generate_series(1, 1200) AS i;

ALTER TABLE telemetry ADD PRIMARY KEY (device_id, metric_id, at);
CREATE INDEX telemetry_at_brin ON telemetry USING brin (at) WITH (pages_per_range = 32);
CREATE INDEX telemetry_bad_quality_idx ON telemetry (metric_id, at) WHERE quality < 50;
ALTER TABLE telemetry
    ADD CONSTRAINT telemetry_device_fkey FOREIGN KEY (device_id) REFERENCES devices,
    ADD CONSTRAINT telemetry_metric_fkey FOREIGN KEY (metric_id) REFERENCES metrics;

CREATE TABLE telemetry_latest (
    device_id bigint NOT NULL REFERENCES devices ON DELETE CASCADE, metric_id smallint NOT NULL REFERENCES metrics,
    at timestamptz NOT NULL, value double precision NOT NULL, PRIMARY KEY (device_id, metric_id)) WITH (fillfactor = 70);
INSERT INTO telemetry_latest
SELECT DISTINCT ON (device_id, metric_id) device_id, metric_id, at, value
FROM telemetry WHERE at >= '2026-10-01' ORDER BY device_id, metric_id, at DESC;

-- Events: by region, and within China again by quarter.
CREATE TABLE device_events (
    id bigint GENERATED ALWAYS AS IDENTITY,
    region text NOT NULL,
    device_id bigint NOT NULL REFERENCES devices,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (id, region, at)
) PARTITION BY LIST (region);
CREATE TABLE device_events_cn PARTITION OF device_events FOR VALUES IN ('cn') PARTITION BY RANGE (at);
SELECT format('CREATE TABLE device_events_cn_%s PARTITION OF device_events_cn FOR VALUES FROM (%L) TO (%L)',
              to_char(q, 'YYYY_"q"Q'), q::text || '+00', (q + interval '3 months')::text || '+00')
FROM generate_series(timestamp '2026-01-01', timestamp '2026-10-01', interval '3 months') AS q
\gexec
CREATE TABLE device_events_eu PARTITION OF device_events FOR VALUES IN ('eu');
CREATE TABLE device_events_us PARTITION OF device_events FOR VALUES IN ('us');
CREATE TABLE device_events_other PARTITION OF device_events DEFAULT;
INSERT INTO device_events (region, device_id, at, kind, detail)
SELECT pick(ARRAY['cn', 'eu', 'us', 'apac'], i), 100001 + i * 7 % 6000, timestamptz '2026-01-01 00:00+00' + i * interval '6 minutes 30 seconds',
       pick(ARRAY['boot', 'connect', 'disconnect', 'config', 'tamper'], i / 3), jsonb_build_object('seq', i, 'reason', pick(ARRAY['ok', 'timeout', '断电'], i))
FROM generate_series(1, 60000) AS i;
CREATE INDEX device_events_device_idx ON device_events (device_id, at DESC);

CREATE TABLE device_status_history (
    device_id bigint NOT NULL REFERENCES devices ON DELETE CASCADE, during tstzrange NOT NULL, status device_status NOT NULL,
    EXCLUDE USING gist (device_id WITH =, during WITH &&));
INSERT INTO device_status_history
SELECT 100001 + i % 2000, tstzrange(timestamptz '2026-01-01 00:00+00' + (i / 2000) * interval '30 days', timestamptz '2026-01-31 00:00+00' + (i / 2000) * interval '30 days'),
       pick(ARRAY['online', 'offline', 'maintenance'], i)::device_status
FROM generate_series(0, 9999) AS i;
