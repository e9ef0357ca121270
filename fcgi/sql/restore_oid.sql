-- $1 name of a database
SELECT oid::text FROM pg_catalog.pg_database WHERE datname = $1
