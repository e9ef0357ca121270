-- Tenants, sites, devices, users.
CREATE TABLE tenants (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9-]{2,40}$'),
    name text NOT NULL,
    region text NOT NULL CHECK (region IN ('cn', 'eu', 'us', 'apac')),
    parent_id int REFERENCES tenants,
    primary_contact_id bigint,
    settings jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE tenants IS 'A customer, or a subsidiary of one';
COMMENT ON COLUMN tenants.parent_id IS 'The holding this tenant belongs to';
COMMENT ON COLUMN tenants.primary_contact_id IS 'Whom to call; a user of the tenant';

INSERT INTO tenants (slug, name, region, parent_id, settings, created_at)
SELECT 'tenant-' || i,
       pick(ARRAY['华东智造', 'Nordlicht Energie', 'Prairie Water', '海风物流', 'Atlas Cold Chain', 'Ōmi Factory',
                  'Señal Agrícola', 'Zürich Tram', '长江水务', 'Red River Rail'], i) || ' ' || i,
       pick(ARRAY['cn', 'eu', 'us', 'apac'], i), CASE WHEN i > 10 AND i % 4 = 0 THEN i / 4 END,
       jsonb_build_object('locale', pick(ARRAY['zh-CN', 'de-DE', 'en-US', 'ja-JP'], i), 'retention_days', 90 + i * 5,
                          'features', jsonb_build_array('alerts', pick(ARRAY['ota', 'billing', 'geofence'], i))),
       timestamptz '2023-01-01 08:00+00' + i * interval '9 days 3 hours'
FROM generate_series(1, 40) AS i;

CREATE TABLE sites (
    tenant_id int NOT NULL REFERENCES tenants,
    site_no int NOT NULL CHECK (site_no > 0),
    name text NOT NULL,
    kind text NOT NULL DEFAULT 'plant',
    time_zone text NOT NULL DEFAULT 'UTC',
    location point,
    address postal_address,
    area_m2 numeric(10, 1) CHECK (area_m2 > 0),
    opening_hours tsrange[],
    PRIMARY KEY (tenant_id, site_no)
);
COMMENT ON TABLE sites IS 'A place with devices; numbered within its tenant';

INSERT INTO sites
SELECT t, n, pick(ARRAY['Plant', '仓库', 'Depot', 'Pumping station', 'Greenhouse', '变电站'], t + n) || ' ' || t || '-' || n,
       pick(ARRAY['plant', 'warehouse', 'depot', 'pump', 'greenhouse', 'substation'], t + n),
       pick(ARRAY['Asia/Shanghai', 'Europe/Berlin', 'America/Chicago', 'Asia/Tokyo'], t),
       point(-180 + (t * 37 + n * 11) % 360, -80 + (t * 13 + n * 7) % 160),
       ROW(n || ' Harbour Road', pick(ARRAY['上海', 'Kiel', 'Fargo', '大津'], t), lpad((t * 100 + n)::text, 5, '0'),
           pick(ARRAY['CN', 'DE', 'US', 'JP'], t))::postal_address,
       500 + t * 90 + n * 12.5, NULL
FROM generate_series(1, 40) AS t, generate_series(1, 8) AS n;

CREATE TABLE zones (
    tenant_id int NOT NULL,
    site_no int NOT NULL,
    zone_no int NOT NULL,
    parent_zone_no int,
    name text NOT NULL,
    target_temperature temperature_range,
    PRIMARY KEY (tenant_id, site_no, zone_no)
);
INSERT INTO zones
SELECT tenant_id, site_no, z, nullif(z / 2, 0), 'Zone ' || z, temperature_range(15 + z, 22 + z)
FROM sites, generate_series(1, 6) AS z;
ALTER TABLE zones
    ADD FOREIGN KEY (tenant_id, site_no) REFERENCES sites ON DELETE CASCADE,
    ADD CONSTRAINT zones_parent_fkey FOREIGN KEY (tenant_id, site_no, parent_zone_no) REFERENCES zones;

CREATE TABLE device_types (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vendor text NOT NULL,
    model text NOT NULL,
    protocol text NOT NULL CHECK (protocol IN ('mqtt', 'coap', 'modbus', 'opcua', 'lorawan')),
    specification jsonb NOT NULL,
    sampling interval NOT NULL DEFAULT '1 minute',
    UNIQUE (vendor, model)
);
INSERT INTO device_types (vendor, model, protocol, specification, sampling)
SELECT pick(ARRAY['Sensirion', '海康', 'Bosch', 'Milesight', 'Advantech'], i), 'M' || (100 + i),
       pick(ARRAY['mqtt', 'coap', 'modbus', 'opcua', 'lorawan'], i * 3),
       jsonb_build_object('inputs', i % 8 + 1, 'ip_rating', 'IP' || (54 + i % 15), 'power', jsonb_build_object('mains', i % 2 = 0, 'watts', 2.5 * i)),
       make_interval(secs => 15 * (1 + i % 8))
FROM generate_series(1, 24) AS i;

CREATE TABLE firmware (
    device_type_id int NOT NULL REFERENCES device_types,
    id int NOT NULL,
    version text NOT NULL,
    supersedes_id int,
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    size_bytes bigint NOT NULL,
    released_on date NOT NULL,
    notes text,
    PRIMARY KEY (device_type_id, id),
    UNIQUE (device_type_id, version)
);
INSERT INTO firmware
SELECT t, v, '1.' || v || '.' || (t % 5), nullif(v - 1, 0), sha256(convert_to(t || '/' || v, 'UTF8')),
       400000 + t * 1000 + v * 77, date '2023-03-01' + v * 90 + t, CASE WHEN v % 3 = 0 THEN 'Fixes a leak in the radio driver' END
FROM generate_series(1, 24) AS t, generate_series(1, 9) AS v;
ALTER TABLE firmware ADD CONSTRAINT firmware_supersedes_fkey
    FOREIGN KEY (device_type_id, supersedes_id) REFERENCES firmware DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL REFERENCES tenants,
    email email_address NOT NULL,
    full_name text COLLATE case_insensitive NOT NULL,
    password_hash text NOT NULL,
    manager_id bigint REFERENCES users,
    locale text NOT NULL DEFAULT 'zh-CN',
    is_active boolean NOT NULL DEFAULT true,
    preferences jsonb NOT NULL DEFAULT '{}',
    last_login_at timestamptz,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE users IS 'People who log in to the platform (not to this console)';
COMMENT ON COLUMN users.password_hash IS 'Argon2id in PHC format; never leaves the server';
INSERT INTO users (tenant_id, email, full_name, password_hash, manager_id, is_active, preferences, last_login_at, created_at)
SELECT 1 + i % 40, 'user' || i || '@tenant-' || (1 + i % 40) || '.example',
       pick(ARRAY['王伟', 'Anna Schmidt', 'José García', '李娜', 'O''Neill, Sam', '田中 健', 'Zoë Müller'], i) || ' ' || i,
       '$argon2id$v=19$m=65536,t=3,p=4$' || rtrim(encode(decode(md5('salt' || i), 'hex'), 'base64'), '=') || '$'
           || rtrim(encode(sha256(convert_to('hash' || i, 'UTF8')), 'base64'), '='),
       CASE WHEN i > 40 THEN 1 + i % 40 END, i % 17 <> 0,
       jsonb_build_object('theme', pick(ARRAY['dark', 'light'], i), 'page_size', pick(ARRAY[25, 50, 100], i)),
       CASE WHEN i % 9 <> 0 THEN timestamptz '2026-11-20 09:00+00' - i * interval '37 minutes' END,
       timestamptz '2023-06-01 00:00+00' + i * interval '5 hours'
FROM generate_series(1, 4000) AS i;
CREATE UNIQUE INDEX users_email_lower_key ON users (lower(email));
CREATE INDEX users_active_idx ON users (tenant_id, last_login_at DESC NULLS LAST) WHERE is_active;

UPDATE tenants SET primary_contact_id = id;
ALTER TABLE tenants ADD CONSTRAINT tenants_primary_contact_fkey FOREIGN KEY (primary_contact_id) REFERENCES users;

CREATE TABLE roles (name text PRIMARY KEY, description text, permissions text[] NOT NULL);
INSERT INTO roles VALUES
    ('superadmin', 'Everything', '{*}'),
    ('operator', 'Devices and alerts', '{device.read,device.write,alert.*}'),
    ('viewer', '只读', '{device.read,alert.read}'),
    ('billing', 'Invoices', '{invoice.*}');
CREATE TABLE user_roles (
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    role_name text NOT NULL REFERENCES roles ON UPDATE CASCADE,
    granted_by bigint REFERENCES users ON DELETE SET NULL,
    PRIMARY KEY (user_id, role_name)
);
INSERT INTO user_roles
SELECT i, pick(ARRAY['viewer', 'operator', 'viewer', 'billing'], i), 1 FROM generate_series(1, 4000) AS i
UNION ALL SELECT i, 'superadmin', 1 FROM generate_series(1, 12) AS i;

CREATE TABLE devices (
    id bigint GENERATED BY DEFAULT AS IDENTITY (START WITH 100001),
    tenant_id int NOT NULL,
    site_no int NOT NULL,
    zone_no int,
    device_type_id int NOT NULL,
    firmware_id int,
    gateway_id bigint,
    serial text NOT NULL,
    name text NOT NULL,
    mac macaddr NOT NULL,
    ip inet,
    status device_status NOT NULL DEFAULT 'provisioned',
    battery percentage,
    tags text[] NOT NULL DEFAULT '{}',
    metadata jsonb NOT NULL DEFAULT '{}',
    installed_on date,
    last_seen_at timestamptz,
    label text GENERATED ALWAYS AS (serial || ' · ' || name) STORED,
    search tsvector GENERATED ALWAYS AS (to_tsvector('simple', name || ' ' || serial)) STORED,
    CONSTRAINT devices_zone_needs_site CHECK (zone_no IS NULL OR zone_no > 0)
);
COMMENT ON TABLE devices IS 'Every sensor, meter and gateway. 每一台设备';
COMMENT ON COLUMN devices.gateway_id IS 'The device through which this one talks';
COMMENT ON COLUMN devices.metadata IS 'What the device said about itself when it was provisioned';
COMMENT ON COLUMN devices.battery IS 'Percent; NULL on mains';
SELECT setseed(0.42);
INSERT INTO devices (tenant_id, site_no, zone_no, device_type_id, firmware_id, gateway_id, serial, name, mac, ip, status, battery,
                     tags, metadata, installed_on, last_seen_at)
SELECT 1 + i % 40, 1 + (i / 40) % 8, CASE WHEN i % 5 <> 0 THEN 1 + i % 6 END, 1 + i % 24, CASE WHEN i % 11 <> 0 THEN 1 + i % 9 END,
       CASE WHEN i > 200 THEN 100001 + i % 200 END,
       'SN-' || lpad(to_hex(i * 2654435761 % 4294967296), 8, '0'),
       pick(ARRAY['Temperature sensor', '水表', 'Vibration sensor', 'Gateway', 'Flow meter', '电表', 'Door contact'], i) || ' ' || i,
       ('02:00:' || regexp_replace(lpad(to_hex(i), 8, '0'), '(..)(?!$)', '\1:', 'g'))::macaddr,
       CASE WHEN i % 13 <> 0 THEN inet '10.0.0.0' + i END,
       pick(ARRAY['online', 'online', 'online', 'offline', 'online', 'maintenance', 'online', 'online', 'provisioned', 'retired'], i)::device_status,
       CASE WHEN i % 3 = 0 THEN round((random() * 100)::numeric, 2) END,
       ARRAY[pick(ARRAY['indoor', 'outdoor'], i), pick(ARRAY['line-a', 'line-b', '三号线'], i / 2)],
       jsonb_build_object('hw', jsonb_build_object('rev', 'R' || i % 7, 'ram_kb', 64 << (i % 4)::int), 'sim', CASE WHEN i % 4 = 0 THEN '8986' || lpad(i::text, 15, '0') END,
                          'calibrated', i % 2 = 0, 'offset', round((random() - 0.5)::numeric, 4)),
       date '2023-02-01' + (i / 5)::int,
       CASE WHEN i % 10 <> 8 THEN timestamptz '2026-11-20 12:00+00' - random() * interval '30 days' END
FROM generate_series(1, 6000) AS i;
ALTER TABLE devices
    ADD PRIMARY KEY (id),
    ADD CONSTRAINT devices_serial_key UNIQUE (serial),
    ADD CONSTRAINT devices_mac_key UNIQUE (mac) DEFERRABLE,
    ADD CONSTRAINT devices_site_fkey FOREIGN KEY (tenant_id, site_no) REFERENCES sites ON UPDATE CASCADE,
    ADD CONSTRAINT devices_zone_fkey FOREIGN KEY (tenant_id, site_no, zone_no) REFERENCES zones,
    ADD FOREIGN KEY (device_type_id) REFERENCES device_types,
    ADD CONSTRAINT devices_firmware_fkey FOREIGN KEY (device_type_id, firmware_id) REFERENCES firmware,
    ADD CONSTRAINT devices_gateway_fkey FOREIGN KEY (gateway_id) REFERENCES devices ON DELETE SET NULL;
CREATE INDEX devices_site_idx ON devices (tenant_id, site_no) INCLUDE (name, status);
CREATE INDEX devices_metadata_idx ON devices USING gin (metadata jsonb_path_ops);
CREATE INDEX devices_tags_idx ON devices USING gin (tags);
CREATE INDEX devices_search_idx ON devices USING gin (search);
CREATE INDEX devices_name_trgm_idx ON devices USING gin (name gin_trgm_ops);
CREATE INDEX devices_offline_idx ON devices (last_seen_at) WHERE status = 'offline';
CREATE INDEX devices_hw_rev_idx ON devices ((metadata -> 'hw' ->> 'rev'));
CREATE INDEX devices_ip_idx ON devices USING gist (ip inet_ops);
CREATE STATISTICS devices_site_type ON tenant_id, site_no, device_type_id FROM devices;

CREATE TABLE device_credentials (
    device_id bigint PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
    public_key bytea NOT NULL,
    fingerprint text NOT NULL,
    valid daterange NOT NULL,
    revoked_at timestamptz
);
INSERT INTO device_credentials
SELECT id, sha256(convert_to(serial, 'UTF8')) || sha256(convert_to(name, 'UTF8')), encode(sha256(convert_to(serial || name, 'UTF8')), 'hex'),
       daterange(installed_on, installed_on + 730), CASE WHEN status = 'retired' THEN timestamptz '2026-06-01 00:00+00' END
FROM devices;
CREATE INDEX device_credentials_fingerprint_idx ON device_credentials USING hash (fingerprint);

CREATE TABLE device_groups (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenants ON DELETE CASCADE,
    name text NOT NULL, rule jsonb, UNIQUE (tenant_id, name));
INSERT INTO device_groups (tenant_id, name, rule)
SELECT t, 'Group ' || g, CASE WHEN g = 1 THEN '{"status": "online"}'::jsonb END
FROM generate_series(1, 40) AS t, generate_series(1, 5) AS g;
CREATE TABLE device_group_members (
    group_id int NOT NULL REFERENCES device_groups ON DELETE CASCADE,
    device_id bigint NOT NULL REFERENCES devices ON DELETE CASCADE,
    added_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (group_id, device_id));
INSERT INTO device_group_members
SELECT g.id, d.id, timestamptz '2026-01-01 00:00+00' + d.id % 1000 * interval '1 hour'
FROM device_groups g JOIN devices d USING (tenant_id) WHERE (d.id + g.id) % 5 < 2;
CREATE INDEX device_group_members_device_idx ON device_group_members (device_id);

CREATE TABLE maintenance_windows (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL, site_no int NOT NULL,
    during tstzrange NOT NULL CHECK (NOT isempty(during)),
    reason text NOT NULL,
    cancelled boolean NOT NULL DEFAULT false,
    FOREIGN KEY (tenant_id, site_no) REFERENCES sites,
    CONSTRAINT maintenance_windows_no_overlap
        EXCLUDE USING gist (tenant_id WITH =, site_no WITH =, during WITH &&) WHERE (NOT cancelled)
);
COMMENT ON CONSTRAINT maintenance_windows_no_overlap ON maintenance_windows IS 'Two planned windows of a site never overlap';
INSERT INTO maintenance_windows (tenant_id, site_no, during, reason)
SELECT tenant_id, site_no, tstzrange(timestamptz '2026-01-05 01:00+00' + w * interval '14 days', timestamptz '2026-01-05 04:00+00' + w * interval '14 days'),
       pick(ARRAY['Firmware', '校准', 'Battery change'], w)
FROM sites, generate_series(0, 7) AS w;
