-- What there is to check a backup by. $1 id
SELECT database, state, manifest, signature, public_key, encrypted
FROM public.backup WHERE id = $1::uuid AND deleted_at IS NULL
