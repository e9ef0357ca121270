-- What the contestants list and download: 200 small tables, and one of a million rows whose types are those of telemetry.
-- Created by the superuser in the managed database; then only read.
CREATE SCHEMA bench;

-- One a site, as a platform has them that splits its telemetry.
DO $$
BEGIN
    FOR i IN 1..200 LOOP
        EXECUTE format('CREATE TABLE bench.%1$I (at timestamptz NOT NULL, device integer NOT NULL, value double precision NOT NULL,
                        quality smallint NOT NULL DEFAULT 0, PRIMARY KEY (device, at))', 'site_' || to_char(i, 'FM000'));
        EXECUTE format('INSERT INTO bench.%1$I SELECT timestamptz ''2026-01-01 00:00:00+00'' + n * interval ''1 minute'', n %% 10, n
                        FROM generate_series(1, %2$s) AS n', 'site_' || to_char(i, 'FM000'), i * 5);
    END LOOP;
END $$;

CREATE TABLE bench.readings (
    id bigint NOT NULL,
    device integer NOT NULL,
    metric text NOT NULL,
    value double precision NOT NULL,
    ok boolean NOT NULL,
    note text,
    at timestamptz NOT NULL
);
INSERT INTO bench.readings
SELECT n, n % 1000, (ARRAY['temperature', 'humidity', 'voltage'])[1 + n % 3], (n::bigint * 7919 % 100000) / 64.0, n % 50 <> 0,
       CASE WHEN n % 20 = 0 THEN 'said "check", then left' END, timestamptz '2026-01-01 00:00:00+00' + n * interval '1.5 seconds'
FROM generate_series(1, 1000000) AS n;

VACUUM (FREEZE, ANALYZE);
CHECKPOINT;
