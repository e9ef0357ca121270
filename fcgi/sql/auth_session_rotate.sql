-- $1 session, $2 hash of the token presented, $3 hash of the token that replaces it (hex). Of two callers with the same token
-- one gets a row: the second waits for the first's lock and then no longer finds its hash.
UPDATE public.auth_session s
SET token_hash = decode($3, 'hex'), rotated_at = now()
FROM public.console_user u
WHERE s.id = $1::uuid AND s.token_hash = decode($2, 'hex') AND s.revoked_at IS NULL AND s.expires_at > now()
  AND u.id = s.user_id AND u.disabled_at IS NULL
RETURNING u.id::text, u.username, u.role, ceil(extract(epoch FROM s.expires_at - now()))::bigint::text AS left_s
