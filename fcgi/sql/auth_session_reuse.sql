-- $1 session, $2 hash of the family part, $3 hash of the whole token presented (hex). A row: it is an earlier token of this
-- session, which is over now. The current token, or a guess, gives none.
UPDATE public.auth_session
SET revoked_at = coalesce(revoked_at, now()), revoke_reason = coalesce(revoke_reason, 'refresh token reused')
WHERE id = $1::uuid AND family_hash = decode($2, 'hex') AND token_hash <> decode($3, 'hex')
RETURNING id::text
