-- In the console's database, as guardian_maintainer: guardian_importer may log in, for one restore. $1 its job, $2 the password's verifier
SELECT guardian_admin.import_open($1::uuid, $2)
