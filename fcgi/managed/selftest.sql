-- SPDX-License-Identifier: MIT
-- The canaries of the read-only self-test (fcgi/data/escapes.sql): objects that an escape would change, in a schema and of an
-- owner of their own. The SQL runner's login is deliberately given rights to write here, so that a refusal proves the READ ONLY
-- transaction and not a missing grant. Made anew each time; nothing of the user's is touched.

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'guardian_selftest') THEN
        CREATE ROLE guardian_selftest NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
    END IF;
END $$;
-- What is restored is given to its owner by guardian_maintainer; this one owns nothing else, and may nothing.
GRANT guardian_selftest TO guardian_maintainer;
DROP SCHEMA IF EXISTS guardian_selftest CASCADE;
CREATE SCHEMA guardian_selftest AUTHORIZATION guardian_selftest;
SET LOCAL ROLE guardian_selftest;
GRANT USAGE, CREATE ON SCHEMA guardian_selftest TO guardian_reader;
GRANT USAGE ON SCHEMA guardian_selftest TO guardian_monitor;

-- What the runner's login may only read, and what it may write but for READ ONLY.
CREATE TABLE guardian_selftest.canary (id int PRIMARY KEY, note text NOT NULL);
CREATE TABLE guardian_selftest.canary_writable (id int PRIMARY KEY, note text NOT NULL);
CREATE TABLE guardian_selftest.canary_log (id bigint GENERATED ALWAYS AS IDENTITY, note text);
CREATE TABLE guardian_selftest.canary_ruled (id int);
CREATE TABLE guardian_selftest.canary_guarded (id int);
CREATE TABLE guardian_selftest.canary_child (id int REFERENCES guardian_selftest.canary_writable ON DELETE CASCADE);
CREATE SEQUENCE guardian_selftest.canary_sequence;
INSERT INTO guardian_selftest.canary VALUES (1, 'one'), (2, 'two'), (3, 'three');
INSERT INTO guardian_selftest.canary_writable VALUES (1, 'one'), (2, 'two'), (3, 'three');
INSERT INTO guardian_selftest.canary_guarded VALUES (1), (2);
GRANT SELECT ON ALL TABLES IN SCHEMA guardian_selftest TO guardian_reader, guardian_monitor;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA guardian_selftest TO guardian_monitor;
GRANT ALL ON guardian_selftest.canary_writable, guardian_selftest.canary_log, guardian_selftest.canary_ruled,
    guardian_selftest.canary_child TO guardian_reader;
GRANT ALL ON ALL SEQUENCES IN SCHEMA guardian_selftest TO guardian_reader;

-- Functions that write, plainly and in disguise.
CREATE FUNCTION guardian_selftest.touch() RETURNS int LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO guardian_selftest.canary_log (note) VALUES ('touch');
    RETURN 1;
END $$;
CREATE FUNCTION guardian_selftest.touch_int(int) RETURNS int LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO guardian_selftest.canary_log (note) VALUES ('touch_int');
    RETURN $1;
END $$;
CREATE FUNCTION guardian_selftest.touch_sql() RETURNS int LANGUAGE sql VOLATILE AS
    'UPDATE guardian_selftest.canary_writable SET note = ''touched''; SELECT 1';
CREATE FUNCTION guardian_selftest.touch_definer() RETURNS int LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog AS $$
BEGIN
    DELETE FROM guardian_selftest.canary;
    RETURN 1;
END $$;
CREATE FUNCTION guardian_selftest.touch_stable() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN guardian_selftest.touch(); END';
CREATE FUNCTION guardian_selftest.touch_immutable() RETURNS int LANGUAGE plpgsql IMMUTABLE AS
    'BEGIN RETURN guardian_selftest.touch(); END';
CREATE FUNCTION guardian_selftest.touch_set() RETURNS SETOF int LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN QUERY SELECT guardian_selftest.touch() FROM generate_series(1, 3);
END $$;
CREATE FUNCTION guardian_selftest.touch_row(guardian_selftest.canary) RETURNS int LANGUAGE plpgsql VOLATILE AS
    'BEGIN RETURN guardian_selftest.touch(); END';
CREATE FUNCTION guardian_selftest.touch_handler() RETURNS int LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RAISE division_by_zero;
EXCEPTION WHEN division_by_zero THEN
    RETURN guardian_selftest.touch();
END $$;
-- Runs any text as the caller: what the parser cannot see.
CREATE FUNCTION guardian_selftest.run(text) RETURNS text LANGUAGE plpgsql VOLATILE AS 'BEGIN EXECUTE $1; RETURN $1; END';
CREATE FUNCTION guardian_selftest.run_read_write(text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('transaction_read_only', 'off', true);
    EXECUTE $1;
    RETURN $1;
END $$;
CREATE PROCEDURE guardian_selftest.touch_procedure() LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO guardian_selftest.canary_log (note) VALUES ('procedure');
END $$;
CREATE PROCEDURE guardian_selftest.touch_procedure_commit() LANGUAGE plpgsql AS $$
BEGIN
    COMMIT;
    SET TRANSACTION READ WRITE;
    INSERT INTO guardian_selftest.canary_log (note) VALUES ('procedure');
    COMMIT;
END $$;

-- The same behind an operator, a cast, a domain, an aggregate, a view, a policy, a rule and a trigger.
CREATE OPERATOR guardian_selftest.#!# (RIGHTARG = int, FUNCTION = guardian_selftest.touch_int);
CREATE TYPE guardian_selftest.canary_type AS (v int);
CREATE FUNCTION guardian_selftest.touch_cast(guardian_selftest.canary_type) RETURNS int LANGUAGE plpgsql VOLATILE AS
    'BEGIN RETURN guardian_selftest.touch(); END';
CREATE CAST (guardian_selftest.canary_type AS int) WITH FUNCTION guardian_selftest.touch_cast(guardian_selftest.canary_type);
CREATE DOMAIN guardian_selftest.canary_domain AS int CHECK (guardian_selftest.touch_int(VALUE) > 0);
CREATE FUNCTION guardian_selftest.touch_state(int, int) RETURNS int LANGUAGE plpgsql VOLATILE AS
    'BEGIN RETURN guardian_selftest.touch(); END';
CREATE AGGREGATE guardian_selftest.touch_aggregate(int) (SFUNC = guardian_selftest.touch_state, STYPE = int, INITCOND = '0');
CREATE VIEW guardian_selftest.canary_view AS SELECT guardian_selftest.touch() AS touched;
CREATE VIEW guardian_selftest.canary_view_writable AS SELECT id, note FROM guardian_selftest.canary_writable;
CREATE MATERIALIZED VIEW guardian_selftest.canary_matview AS SELECT id FROM guardian_selftest.canary;
GRANT SELECT ON guardian_selftest.canary_view, guardian_selftest.canary_matview TO guardian_reader;
GRANT ALL ON guardian_selftest.canary_view_writable TO guardian_reader;
CREATE RULE canary_rule AS ON INSERT TO guardian_selftest.canary_ruled
    DO ALSO INSERT INTO guardian_selftest.canary_log (note) VALUES ('rule');
CREATE FUNCTION guardian_selftest.touch_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO guardian_selftest.canary_log (note) VALUES ('trigger');
    RETURN NULL;
END $$;
CREATE TRIGGER canary_trigger AFTER INSERT OR UPDATE OR DELETE ON guardian_selftest.canary_writable
    FOR EACH ROW EXECUTE FUNCTION guardian_selftest.touch_trigger();
ALTER TABLE guardian_selftest.canary_guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY canary_policy ON guardian_selftest.canary_guarded USING (guardian_selftest.touch_int(id) > 0);
RESET ROLE;
