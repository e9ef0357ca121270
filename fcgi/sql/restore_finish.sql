-- In the new database, as guardian_maintainer. A JSON array of what a superuser owned and was not given. $1 the runner's word
SELECT guardian_restore.finish($1)::text
