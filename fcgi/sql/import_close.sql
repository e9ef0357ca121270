-- In the console's database, as guardian_maintainer. $1 job of the restore; null: whatever restore left it open
SELECT guardian_admin.import_close($1::uuid)::text
