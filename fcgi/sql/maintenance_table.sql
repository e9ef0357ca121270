-- A table's names as they are now; no row: it is gone. $1 oid
SELECT n.nspname AS schema, c.relname AS "table"
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = $1::oid
