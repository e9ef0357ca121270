-- $1 username, $2 password hash; no row when the name is taken
INSERT INTO public.console_user (username, password_hash) VALUES ($1::text, $2::text) ON CONFLICT DO NOTHING RETURNING id
