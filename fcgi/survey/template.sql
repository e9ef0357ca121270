-- SPDX-License-Identifier: MIT
-- Asked by `guardianctl migrate` as a superuser in a managed database: how to make the template for its restores, as three texts.
-- `create`: the database itself. `fill`: what superusers own in it beside ordinary objects, which a restore by guardian_maintainer
-- cannot make: extensions, rights on what comes with the server and with extensions, default privileges.
WITH granted AS (
    SELECT 1 AS step, 'FUNCTION' AS kind, p.oid::regprocedure::text AS identity, p.proacl AS acl,
           coalesce(i.initprivs, acldefault('f', p.proowner)) AS initial
    FROM pg_proc AS p JOIN pg_roles AS o ON o.oid = p.proowner AND o.rolsuper
    LEFT JOIN pg_init_privs AS i ON i.classoid = 'pg_proc'::regclass AND i.objoid = p.oid AND i.objsubid = 0
    WHERE p.prokind IN ('f', 'w') AND p.proacl IS NOT NULL
      AND (p.oid < 16384 OR EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'))
    UNION ALL
    SELECT 2, CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, format('%I.%I', n.nspname, c.relname), c.relacl,
           coalesce(i.initprivs, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))
    FROM pg_class AS c JOIN pg_roles AS o ON o.oid = c.relowner AND o.rolsuper JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_init_privs AS i ON i.classoid = 'pg_class'::regclass AND i.objoid = c.oid AND i.objsubid = 0
    WHERE c.relkind IN ('r', 'v', 'm', 'S', 'p', 'f') AND c.relacl IS NOT NULL AND n.nspname <> 'information_schema'
      AND (c.oid < 16384 OR EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
    UNION ALL
    SELECT 3, 'LANGUAGE', format('%I', l.lanname), l.lanacl, coalesce(i.initprivs, acldefault('l', l.lanowner))
    FROM pg_language AS l JOIN pg_roles AS o ON o.oid = l.lanowner AND o.rolsuper
    LEFT JOIN pg_init_privs AS i ON i.classoid = 'pg_language'::regclass AND i.objoid = l.oid AND i.objsubid = 0
    WHERE l.lanpltrusted AND l.lanacl IS NOT NULL
), statements AS (
    SELECT 1 AS step, n.oid::bigint AS place, 0::bigint AS item,
           format('CREATE SCHEMA %I AUTHORIZATION %s', n.nspname, n.nspowner::regrole) AS statement
    FROM pg_namespace AS n WHERE n.oid >= 16384 AND n.oid IN (SELECT extnamespace FROM pg_extension WHERE extname <> 'plpgsql')
    UNION ALL
    SELECT 2, e.oid::bigint, 0, format('CREATE EXTENSION %I SCHEMA %I%s', e.extname, n.nspname, CASE WHEN v.version IS NOT NULL THEN format(' VERSION %L', e.extversion) END)
    FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
    LEFT JOIN pg_available_extension_versions AS v ON v.name = e.extname AND v.version = e.extversion
    WHERE e.extname <> 'plpgsql'
    UNION ALL
    SELECT 3, g.step, dense_rank() OVER (ORDER BY g.identity) * 1000,
           format('REVOKE ALL ON %s %s FROM %s', g.kind, g.identity,
                  (SELECT string_agg(DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, ', ') FROM aclexplode(g.initial)))
    FROM granted AS g WHERE NOT (g.acl @> g.initial AND g.initial @> g.acl)
    UNION ALL
    SELECT 3, g.step, dense_rank() OVER (ORDER BY g.identity) * 1000 + a.ordinality,
           format('GRANT %s ON %s %s TO %s%s', a.privilege_type, g.kind, g.identity,
                  CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
                  CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END)
    FROM granted AS g, aclexplode(g.acl) WITH ORDINALITY AS a WHERE NOT (g.acl @> g.initial AND g.initial @> g.acl)
    UNION ALL
    SELECT 3, 4, row_number() OVER (ORDER BY c.oid, t.attnum, a.ordinality),
           format('GRANT %s (%I) ON TABLE %I.%I TO %s%s', a.privilege_type, t.attname, n.nspname, c.relname,
                  CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
                  CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END)
    FROM pg_attribute AS t JOIN pg_class AS c ON c.oid = t.attrelid JOIN pg_roles AS o ON o.oid = c.relowner AND o.rolsuper
    JOIN pg_namespace AS n ON n.oid = c.relnamespace, aclexplode(t.attacl) WITH ORDINALITY AS a
    WHERE t.attacl IS NOT NULL AND NOT t.attisdropped AND n.nspname <> 'information_schema'
      AND (c.oid < 16384 OR EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
    UNION ALL
    SELECT 4, d.oid::bigint, a.ordinality,
           format('INSERT INTO guardian_restore.later VALUES (%L, %L)', n.nspname,
                  format('ALTER DEFAULT PRIVILEGES FOR ROLE %s%s GRANT %s ON %s TO %s%s', d.defaclrole::regrole,
                         CASE WHEN n.nspname IS NOT NULL THEN format(' IN SCHEMA %I', n.nspname) END, a.privilege_type,
                         CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
                              WHEN 'T' THEN 'TYPES' ELSE 'SCHEMAS' END,
                         CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
                         CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END))
    FROM pg_default_acl AS d JOIN pg_roles AS o ON o.oid = d.defaclrole AND o.rolsuper
    LEFT JOIN pg_namespace AS n ON n.oid = d.defaclnamespace, aclexplode(d.defaclacl) WITH ORDINALITY AS a
    UNION ALL
    -- Schema public is a superuser's: not before the end, since guardian_maintainer makes things in it. An archive that gave it to somebody else is right.
    SELECT 5, n.oid::bigint, 0,
           format('INSERT INTO guardian_restore.later VALUES (%L, %L)', n.nspname,
                  format('DO $do$ BEGIN IF EXISTS (SELECT FROM pg_namespace WHERE nspname = %L AND pg_get_userbyid(nspowner) = ''pg_database_owner'') THEN '
                         'ALTER SCHEMA public OWNER TO %s; END IF; END $do$', n.nspname, n.nspowner::regrole))
    FROM pg_namespace AS n JOIN pg_roles AS o ON o.oid = n.nspowner AND o.rolsuper WHERE n.nspname = 'public'
)
SELECT format('guardian_template_%s', left(encode(sha256(convert_to(d.datname, 'UTF8')), 'hex'), 12)) AS name,
       format('TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L%s TABLESPACE %I IS_TEMPLATE true',
              pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,
              CASE to_jsonb(d)->>'datlocprovider'
                   WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale'))
                   WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', to_jsonb(d)->>'datlocale') END,
              t.spcname) AS create_options,
       coalesce((SELECT string_agg(statement, E';\n' ORDER BY step, place, item) FROM statements), '') AS fill
FROM pg_database AS d JOIN pg_tablespace AS t ON t.oid = d.dattablespace WHERE d.datname = current_database();
