-- In the new database, as guardian_maintainer. $1 the runner's word, $2 a superuser, or null
SELECT guardian_restore.note($1, $2)::text
