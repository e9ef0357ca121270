-- In the console's database, as guardian_maintainer. $1 job of the restore, $2 name for what is in use now, $3 days to keep it
SELECT guardian_admin.restore_swap($1::uuid, $2, pg_catalog.make_interval(days => $3::int))
