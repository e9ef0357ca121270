-- In the console's database, as guardian_maintainer: sessions of guardian_importer that were still there.
SELECT guardian_admin.import_cut()::text
