-- Bytes of databases, by name. $1 names, a JSON array
SELECT coalesce(pg_catalog.json_object_agg(d.datname, pg_catalog.pg_database_size(d.oid)), '{}')::text
FROM pg_catalog.pg_database AS d WHERE d.datname IN (SELECT pg_catalog.json_array_elements_text($1::json))
