-- Names of schemas, tables and columns for an editor's completion, as JSON. At most 20,000 tables.
SELECT pg_catalog.concat('{"items":[', pg_catalog.string_agg(pg_catalog.concat(
           '{"schema":', pg_catalog.to_json(t.nspname), ',"name":', pg_catalog.to_json(t.relname),
           ',"kind":"', CASE t.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned_table' WHEN 'v' THEN 'view'
                            WHEN 'm' THEN 'materialized_view' ELSE 'foreign_table' END,
           '","columns":', pg_catalog.array_to_json(ARRAY(
               SELECT a.attname FROM pg_catalog.pg_attribute AS a
               WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)), '}'),
           ',' ORDER BY t.nspname, t.relname), '],"next_cursor":null}')
FROM (
    SELECT c.oid, n.nspname, c.relname, c.relkind
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    ORDER BY n.nspname, c.relname LIMIT 20000
) AS t
