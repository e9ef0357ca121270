-- $1 username
SELECT id::text, username, password_hash, role, (disabled_at IS NOT NULL)::text AS disabled
FROM public.console_user
WHERE lower(username) = lower($1)
