-- In the new database, as guardian_maintainer: who has what guardian_importer made. $1 the runner's word, $2 managed database
SELECT guardian_restore.take_over($1, $2)
