-- In the console's database, as guardian_maintainer. $1 job of the restore, $2 days to keep what is in use now
SELECT guardian_admin.restore_undo($1::uuid, pg_catalog.make_interval(days => $2::int))
