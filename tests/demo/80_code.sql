-- Views, functions, triggers.
CREATE VIEW reporting.device_overview AS
    SELECT d.id, d.serial, d.name, t.name AS tenant, s.name AS site, dt.vendor || ' ' || dt.model AS model, f.version AS firmware, d.status, d.last_seen_at
    FROM devices d JOIN tenants t ON t.id = d.tenant_id JOIN sites s USING (tenant_id, site_no) JOIN device_types dt ON dt.id = d.device_type_id
    LEFT JOIN firmware f ON f.device_type_id = d.device_type_id AND f.id = d.firmware_id;
COMMENT ON VIEW reporting.device_overview IS 'A device with the names of all that it belongs to';
CREATE VIEW reporting.open_alerts WITH (security_barrier) AS
    SELECT a.*, r.name AS rule, d.name AS device FROM alerts a JOIN alert_rules r ON r.id = a.rule_id JOIN devices d ON d.id = a.device_id WHERE a.state = 'open';
CREATE VIEW reporting.revenue AS
    SELECT date_trunc('month', issued_on)::date AS month, currency, sum(gross) AS gross, count(*) AS invoices FROM billing.invoices WHERE state <> 'void' GROUP BY 1, 2;
CREATE VIEW reporting.zone_tree AS
    WITH RECURSIVE tree AS (
        SELECT tenant_id, site_no, zone_no, 1 AS depth, name AS path FROM zones WHERE parent_zone_no IS NULL
        UNION ALL
        SELECT z.tenant_id, z.site_no, z.zone_no, depth + 1, path || ' / ' || z.name FROM tree t JOIN zones z ON (z.tenant_id, z.site_no, z.parent_zone_no) = (t.tenant_id, t.site_no, t.zone_no))
    SELECT * FROM tree;
CREATE VIEW active_users WITH (check_option = 'cascaded') AS SELECT id, tenant_id, email, full_name, is_active FROM users WHERE is_active;
CREATE VIEW "设备 视图" AS SELECT "编号", "名称" FROM "设备" WHERE "备注" IS NOT NULL;
CREATE MATERIALIZED VIEW reporting.telemetry_daily AS
    SELECT metric_id, date_trunc('day', at AT TIME ZONE 'UTC')::date AS day, count(*) AS readings, min(value), avg(value)::numeric(10, 3) AS avg, max(value)
    FROM telemetry WHERE quality >= 50 AND at >= '2026-09-01' GROUP BY 1, 2;
CREATE UNIQUE INDEX telemetry_daily_key ON reporting.telemetry_daily (metric_id, day);
COMMENT ON MATERIALIZED VIEW reporting.telemetry_daily IS 'Refreshed every night';
CREATE MATERIALIZED VIEW reporting.never_filled AS SELECT id FROM devices WITH NO DATA;

CREATE FUNCTION device_age(d devices) RETURNS interval LANGUAGE sql STABLE AS $$ SELECT age(timestamptz '2026-11-20 00:00+00', d.installed_on) $$;
CREATE FUNCTION alerts_between(since timestamptz, until timestamptz DEFAULT 'infinity') RETURNS SETOF alerts LANGUAGE sql STABLE ROWS 500
    AS $$ SELECT * FROM alerts WHERE opened_at >= since AND opened_at < until $$;
CREATE FUNCTION site_summary(tenant int, OUT devices bigint, OUT online bigint, OUT open_alerts bigint) LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT count(*), count(*) FILTER (WHERE d.status = 'online') INTO devices, online FROM public.devices d WHERE d.tenant_id = tenant;
    SELECT count(*) INTO open_alerts FROM alerts a JOIN public.devices d ON d.id = a.device_id WHERE d.tenant_id = tenant AND a.state = 'open';
END $$;
CREATE FUNCTION touch_setting(setting text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = ops, pg_temp
    AS $$ UPDATE ops.settings SET updated_at = now() WHERE key = setting $$;
COMMENT ON FUNCTION touch_setting IS 'Writes with its owner''s rights, whoever calls it';
CREATE PROCEDURE ops.prune_sessions(older_than timestamptz) LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM user_sessions WHERE expires_at < older_than;
    COMMIT;
END $$;
CREATE AGGREGATE geometric_mean_log(double precision) (sfunc = float8_accum, stype = float8[], finalfunc = float8_avg, initcond = '{0,0,0}');

CREATE FUNCTION stamp_settings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    NEW.updated_by := current_user;
    RETURN NEW;
END $$;
CREATE TRIGGER settings_stamp BEFORE UPDATE ON ops.settings FOR EACH ROW WHEN (OLD.value IS DISTINCT FROM NEW.value) EXECUTE FUNCTION stamp_settings();
CREATE FUNCTION note_device_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_log (at, action, target, before, after) VALUES (now(), 'device.' || lower(TG_OP), 'device/' || NEW.id, to_jsonb(OLD) - 'search', to_jsonb(NEW) - 'search');
    RETURN NULL;
END $$;
CREATE TRIGGER devices_audit AFTER UPDATE OF status, firmware_id ON devices FOR EACH ROW EXECUTE FUNCTION note_device_change();
CREATE FUNCTION refuse_suppressed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'an alert cannot be born suppressed'; END $$;
CREATE CONSTRAINT TRIGGER alerts_check AFTER INSERT ON alerts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'suppressed') EXECUTE FUNCTION refuse_suppressed();
CREATE TRIGGER telemetry_latest_quiet BEFORE UPDATE ON telemetry_latest FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
ALTER TABLE telemetry_latest DISABLE TRIGGER telemetry_latest_quiet;
CREATE FUNCTION rename_overview() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE devices SET name = NEW.name WHERE id = OLD.id; RETURN NEW; END $$;
CREATE TRIGGER device_overview_rename INSTEAD OF UPDATE ON reporting.device_overview FOR EACH ROW EXECUTE FUNCTION rename_overview();
CREATE RULE tenant_notes_keep AS ON DELETE TO tenant_notes DO INSTEAD NOTHING;

GRANT USAGE ON SCHEMA public, billing, reporting TO iot_app, iot_analyst;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO iot_app;
GRANT SELECT ON ALL TABLES IN SCHEMA billing, reporting TO iot_analyst;
GRANT SELECT (id, tenant_id, email, full_name) ON users TO iot_analyst;
GRANT UPDATE (status, metadata) ON devices TO iot_analyst WITH GRANT OPTION;
