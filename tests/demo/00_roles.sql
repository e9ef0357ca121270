-- Who owns and uses the data. Runs as the superuser, in the database that is being filled.
-- No role here is a superuser; only iot_owner owns anything.
SELECT format('CREATE ROLE %I NOLOGIN', name)
FROM unnest(ARRAY['iot_owner', 'iot_app', 'iot_analyst']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

SELECT format('ALTER DATABASE %I OWNER TO iot_owner', current_database()) \gexec
ALTER SCHEMA public OWNER TO iot_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
