-- In the new database, as guardian_maintainer. A JSON array of functions that kept another owner.
SELECT guardian_restore.finish()::text
