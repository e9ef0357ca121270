-- What a plan of a restore must know of the new database.
SELECT pg_catalog.json_build_object(
    'roles', (SELECT pg_catalog.json_agg(rolname) FROM pg_catalog.pg_roles),
    'superusers', (SELECT pg_catalog.json_agg(rolname) FROM pg_catalog.pg_roles WHERE rolsuper),
    'schemas', (SELECT pg_catalog.json_agg(nspname) FROM pg_catalog.pg_namespace),
    'extensions', (SELECT pg_catalog.json_agg(extname) FROM pg_catalog.pg_extension))::text
