-- In the new database, as guardian_maintainer. $1 the runner's word, $2 names of the archive's extensions, a JSON array
SELECT guardian_restore.begin($1, $2::json)::text
