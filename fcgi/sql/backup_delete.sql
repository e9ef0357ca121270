-- Never the last verified one of its database, nor a pinned one; was it deleted? $1 id, $2 database
SELECT public.backup_delete($1::uuid, $2)
