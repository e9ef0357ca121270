-- In the new database, as guardian_maintainer. $1 names of the archive's extensions, a JSON array
SELECT guardian_restore.extensions($1::json)::text
