-- A new run; no id when another is open. $1 drill, $2 plan, $3 preflight, $4 what was decided on, $5 created by, $6 request id
SELECT public.drill_start($1, $2::jsonb, $3::jsonb, $4, $5, $6)
