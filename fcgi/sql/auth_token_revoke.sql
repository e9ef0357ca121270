-- $1 hash of the token's name (hex), $2 unix time of its end
WITH forgotten AS (
    DELETE FROM public.auth_revoked_token WHERE expires_at < now()
), revoked AS (
    INSERT INTO public.auth_revoked_token (token_hash, expires_at)
    VALUES (decode($1, 'hex'), to_timestamp($2::float8))
    ON CONFLICT (token_hash) DO NOTHING
)
SELECT $1::text
