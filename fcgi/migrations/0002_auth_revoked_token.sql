-- Tokens of outside issuers that were signed out of. The console's own are revoked through their session. Redis answers the
-- question on every request; this is what it is told again after it has forgotten.
CREATE TABLE auth_revoked_token (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),   -- SHA-256 of issuer, line feed, jti
    revoked_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL                                 -- of the token: nothing needs the row after it
);
CREATE INDEX auth_revoked_token_expires ON auth_revoked_token (expires_at);
GRANT SELECT, INSERT, DELETE ON auth_revoked_token TO guardian_app;
