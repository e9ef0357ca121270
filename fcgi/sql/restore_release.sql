-- In the console's database, as guardian_maintainer. No row: there is nothing left. $1 job of the restore
SELECT guardian_admin.restore_release($1::uuid)
