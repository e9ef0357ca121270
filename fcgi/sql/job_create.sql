-- A new job; its id. $1 kind, $2 database or null, $3 parameters, $4 exclusive?, $5 created by, $6 request id
INSERT INTO public.job (kind, database, parameters, exclusive, created_by, request_id)
VALUES ($1, $2, $3::jsonb, $4::boolean, $5, $6) RETURNING id
