-- {"table": rows by the planner's figures} of a manifest's tables, under the names of a snapshot. $1 the tables, a JSON array
SELECT coalesce(pg_catalog.json_object_agg(pg_catalog.format('%I.%I', t.schema, t.name), t.row_estimate), '{}')::text
FROM pg_catalog.json_to_recordset($1::json) AS t (schema text, name text, row_estimate bigint)
