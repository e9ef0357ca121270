-- $1 username. Always one row: `account` is under what the attempt is counted, whether or not there is such a user.
SELECT u.id::text, u.username, u.password_hash, u.role, (u.disabled_at IS NOT NULL)::text AS disabled, a.account
FROM (SELECT encode(sha256(convert_to(lower($1), 'UTF8')), 'hex') AS account) AS a
LEFT JOIN public.console_user AS u ON lower(u.username) = lower($1)
