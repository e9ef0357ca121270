-- Where a restore stands. $1 job
SELECT r.state, r.drill, r.backup_id, r.database, r.swap, r.production_oid, r.new_database, r.new_oid, r.kept_database,
       public.restore_spare(r) AS spare, public.job_time(r.kept_until) AS kept_until,
       r.kept_until > pg_catalog.clock_timestamp() AS kept, r.comparison::text AS comparison
FROM public.restore AS r WHERE r.job_id = $1::uuid
