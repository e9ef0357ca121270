-- In the new database, as guardian_maintainer. $1 a superuser
SELECT guardian_restore.note($1)::text
