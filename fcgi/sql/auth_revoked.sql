-- All that was revoked and may still have living access tokens. $1 seconds that an access token of a session can outlive it.
SELECT 'session' AS kind, id::text AS name,
       ceil(extract(epoch FROM revoked_at + make_interval(secs => $1::float8) - now()))::bigint::text AS ttl_s
FROM public.auth_session
WHERE revoked_at > now() - make_interval(secs => $1::float8)
UNION ALL
SELECT 'token', encode(token_hash, 'hex'), ceil(extract(epoch FROM expires_at - now()))::bigint::text
FROM public.auth_revoked_token
WHERE expires_at > now()
