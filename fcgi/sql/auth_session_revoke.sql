-- $1 session, $2 reason. Again on a session that is over changes nothing and gives its row.
UPDATE public.auth_session
SET revoked_at = coalesce(revoked_at, now()), revoke_reason = coalesce(revoke_reason, $2)
WHERE id = $1::uuid
RETURNING id::text
