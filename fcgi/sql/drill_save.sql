-- What is known so far, or the end. $1 id, $2 timeline, $3 strip or null, $4 report or null
UPDATE public.drill_run SET timeline = $2::jsonb, strip = coalesce($3::jsonb, strip), report = coalesce($4::jsonb, report)
WHERE id = $1::uuid RETURNING id
