-- Which table is meant? The best reading of the name that exists; several rows: it is ambiguous.
-- The name as quoted parts: $1 schema or null, $2 name or null (it is not quoted); as it is: $3; split at its first dot: $4 schema or
-- null, $5 name. The search path is public, then the other schemas.
WITH found AS (
    SELECT c.oid, n.nspname, c.relname,
           CASE WHEN c.relname = $2::text AND n.nspname = $1::text THEN 1
                WHEN c.relname = $2::text AND $1::text IS NULL THEN CASE WHEN n.nspname = 'public' THEN 2 ELSE 3 END
                WHEN c.relname = $3::text THEN CASE WHEN n.nspname = 'public' THEN 4 ELSE 5 END
                WHEN c.relname = $5::text AND n.nspname = $4::text THEN 6 END AS reading,
           c.relkind
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relname = ANY (ARRAY[$2::text, $3::text, $5::text])
      AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
)
SELECT f.oid::text AS oid, pg_catalog.format('%I.%I', f.nspname, f.relname) AS name, f.nspname AS schema, f.relname AS "table", f.relkind AS kind,
       -- To describe a table the server briefly locks it and what belongs to it. Who would make that wait?
       (SELECT pg_catalog.format('session %s on %I.%I', l.pid, n.nspname, c.relname)
        FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.pid <> pg_catalog.pg_backend_pid()
          AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
          AND (l.relation = f.oid
               OR l.relation IN (SELECT i.indexrelid FROM pg_catalog.pg_index AS i WHERE i.indrelid = f.oid)
               OR l.relation IN (SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = f.oid)
               OR l.relation IN (SELECT i.inhparent FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid = f.oid)
               OR l.relation IN (SELECT k.conrelid FROM pg_catalog.pg_constraint AS k WHERE k.confrelid = f.oid)
               OR l.relation IN (SELECT p.refobjid FROM pg_catalog.pg_rewrite AS r JOIN pg_catalog.pg_depend AS p
                   ON p.classid = 'pg_catalog.pg_rewrite'::regclass AND p.objid = r.oid AND p.refclassid = 'pg_catalog.pg_class'::regclass
                   WHERE r.ev_class = f.oid))
        ORDER BY l.granted DESC, l.pid LIMIT 1) AS locked
FROM found AS f WHERE f.reading = (SELECT pg_catalog.min(g.reading) FROM found AS g)
ORDER BY f.nspname LIMIT 8
