-- In the new database, as guardian_maintainer: guardian_importer may make things here. $1 the runner's word
SELECT guardian_restore.let_in($1)::text
