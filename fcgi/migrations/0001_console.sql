-- The console's own tables, in the console's own database. Run by the owner; guardian_app gets what it needs and no more.
CREATE TABLE console_user (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    username text NOT NULL CHECK (username = btrim(username) AND length(username) BETWEEN 1 AND 128),
    password_hash text NOT NULL,
    role text NOT NULL DEFAULT 'superadmin' CHECK (role IN ('superadmin')),
    disabled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_login_at timestamptz
);
CREATE UNIQUE INDEX console_user_username ON console_user (lower(username));

CREATE TABLE auth_session (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES console_user ON DELETE CASCADE,
    token_hash bytea NOT NULL,
    family_hash bytea NOT NULL,
    source_ip text,
    user_agent text,
    created_at timestamptz NOT NULL DEFAULT now(),
    rotated_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoke_reason text
);
CREATE INDEX auth_session_user ON auth_session (user_id);
CREATE INDEX auth_session_expires ON auth_session (expires_at);

-- Append-only and hash-chained: hash = SHA-256(prev_hash || canonical JSON of the event).
CREATE TABLE audit_event (
    id bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    token_id text,
    source_ip text,
    request_id text NOT NULL,
    action text NOT NULL,
    target text,
    parameters jsonb NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('intent', 'succeeded', 'failed', 'refused', 'challenged', 'cancelled')),
    status integer,
    duration_ms bigint,
    prev_hash bytea NOT NULL CHECK (length(prev_hash) = 32),
    hash bytea NOT NULL CHECK (length(hash) = 32)
);
CREATE INDEX audit_event_at ON audit_event (at);
CREATE INDEX audit_event_request ON audit_event (request_id);
CREATE INDEX audit_event_actor ON audit_event (actor, id);
CREATE INDEX audit_event_action ON audit_event (action, id);
CREATE INDEX audit_event_intent ON audit_event (((parameters->>'intent')::bigint)) WHERE outcome <> 'intent';

-- Countersigned heads of the chain: a tail that is cut off shows in them.
CREATE TABLE audit_anchor (
    event_id bigint PRIMARY KEY,
    hash bytea NOT NULL,
    public_key bytea NOT NULL,
    signature bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION audit_immutable() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_event_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_immutable();
CREATE TRIGGER audit_anchor_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_anchor
    FOR EACH STATEMENT EXECUTE FUNCTION audit_immutable();

-- The only way in: the chain's order, ids and hashes are made here, under a lock, whoever calls. The canonical text is hashed to the
-- byte as it was given, and the columns are read from that same text.
CREATE FUNCTION audit_append(canonical text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    event jsonb := canonical::jsonb;
    last_id bigint;
    last_hash bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(7165489301);
    SELECT id, hash INTO last_id, last_hash FROM public.audit_event ORDER BY id DESC LIMIT 1;
    last_id := coalesce(last_id, 0) + 1;
    last_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));
    INSERT INTO public.audit_event VALUES (
        last_id, (event->>'at')::timestamptz, event->>'actor', event->>'token_id', event->>'source_ip', event->>'request_id',
        event->>'action', event->>'target', event->'parameters', event->>'outcome', (event->>'status')::int,
        (event->>'duration_ms')::bigint, last_hash, sha256(last_hash || convert_to(canonical, 'UTF8')));
    RETURN last_id;
END $$;

-- An event that was spooled while the database was away and is merged twice is taken once.
CREATE FUNCTION audit_append_once(canonical text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    event jsonb := canonical::jsonb;
    known bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7165489301);
    SELECT id INTO known FROM public.audit_event
    WHERE request_id = event->>'request_id' AND at = (event->>'at')::timestamptz AND action = event->>'action'
      AND outcome = event->>'outcome';
    RETURN coalesce(known, public.audit_append(canonical));
END $$;

REVOKE ALL ON FUNCTION audit_append(text), audit_append_once(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append(text), audit_append_once(text) TO guardian_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON console_user, auth_session TO guardian_app;
GRANT SELECT ON audit_event TO guardian_app;
GRANT SELECT, INSERT ON audit_anchor TO guardian_app;
