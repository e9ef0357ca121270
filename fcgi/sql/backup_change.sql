-- $1 id, $2 is the note given?, $3 note or null, $4 pinned or null
UPDATE public.backup AS b
SET note = CASE WHEN $2::boolean THEN $3 ELSE note END, pinned = coalesce($4::boolean, pinned)
WHERE id = $1::uuid AND deleted_at IS NULL
RETURNING id
