-- $1 session, $2 user, $3 hash of the refresh token, $4 hash of its family part (both hex), $5 source address, $6 user agent,
-- $7 seconds it lives, $8 the password's hash made anew or null. No row when the user was disabled meanwhile.
WITH forgotten AS (
    DELETE FROM public.auth_session WHERE expires_at < now() - interval '30 days'
), signed_in AS (
    UPDATE public.console_user SET last_login_at = now(), password_hash = coalesce($8, password_hash)
    WHERE id = $2::uuid AND disabled_at IS NULL
    RETURNING id
)
INSERT INTO public.auth_session (id, user_id, token_hash, family_hash, source_ip, user_agent, expires_at)
SELECT $1::uuid, id, decode($3, 'hex'), decode($4, 'hex'), $5, $6, now() + make_interval(secs => $7::float8)
FROM signed_in
RETURNING id::text
