-- In the console's database, as guardian_maintainer. $1 job of the restore
SELECT guardian_admin.restore_cut($1::uuid)::text
