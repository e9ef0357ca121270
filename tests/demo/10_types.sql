-- Schemas and types that the tables are made of.
CREATE SCHEMA billing;
CREATE SCHEMA ops;
CREATE SCHEMA reporting;
CREATE SCHEMA "Sales & Ops";
COMMENT ON SCHEMA public IS 'Devices, telemetry, alerts and users of the IoT platform';
COMMENT ON SCHEMA billing IS 'Plans, subscriptions, invoices, usage';
COMMENT ON SCHEMA ops IS 'What operators and schedulers leave behind';
COMMENT ON SCHEMA reporting IS 'Views for dashboards and monthly reports';

CREATE TYPE device_status AS ENUM ('provisioned', 'online', 'offline', 'maintenance', 'retired');
CREATE TYPE severity AS ENUM ('info', 'warning', 'critical');
CREATE TYPE alert_state AS ENUM ('open', 'acknowledged', 'resolved', 'suppressed');
CREATE TYPE command_state AS ENUM ('queued', 'sent', 'acknowledged', 'failed', 'expired');
CREATE TYPE billing.invoice_state AS ENUM ('draft', 'issued', 'paid', 'overdue', 'void');

CREATE DOMAIN email_address AS text CHECK (VALUE ~ '^[^@[:space:]]+@[^@[:space:]]+\.[a-z]{2,}$');
CREATE DOMAIN percentage AS numeric(5, 2) CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN billing.amount AS numeric(14, 2) CHECK (VALUE >= 0);
COMMENT ON DOMAIN percentage IS 'Zero to one hundred, two decimals';

CREATE TYPE postal_address AS (street text, city text, postal_code text, country char(2));
CREATE TYPE temperature_range AS RANGE (subtype = float8, subtype_diff = float8mi);

CREATE COLLATION case_insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

-- The same uuid for the same text, so that two loads are equal.
CREATE FUNCTION stable_uuid(text) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT md5($1)::uuid $$;
-- One element of an array by a running number.
CREATE FUNCTION pick(anyarray, bigint) RETURNS anyelement LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT $1[1 + (abs($2) % cardinality($1))::int] $$;
