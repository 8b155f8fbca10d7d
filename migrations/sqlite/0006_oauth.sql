-- Authorization codes, by keyed hash. A redeemed one is remembered with the sign-in that it gave, which ends when somebody
-- comes with it again.
CREATE TABLE authorization_codes (
    code_hash TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    event_id TEXT,
    doc TEXT NOT NULL
) STRICT;
CREATE INDEX authorization_codes_by_pool ON authorization_codes (pool_id);
CREATE INDEX authorization_codes_by_expiry ON authorization_codes (expires_at);

-- The sign-ins of browsers to managed login, by keyed hash of their cookie.
CREATE TABLE browser_sessions (
    pool_id TEXT NOT NULL,
    cookie_hash TEXT NOT NULL,
    sub TEXT NOT NULL,
    session_id TEXT,
    expires_at INTEGER NOT NULL,
    last_active_at INTEGER NOT NULL,
    ip_address TEXT,
    device_type TEXT,
    doc TEXT NOT NULL,
    PRIMARY KEY (pool_id, cookie_hash),
    FOREIGN KEY (pool_id, sub) REFERENCES users (pool_id, sub) ON DELETE CASCADE
) STRICT;
CREATE INDEX browser_sessions_by_user ON browser_sessions (pool_id, sub);
CREATE INDEX browser_sessions_by_expiry ON browser_sessions (expires_at);

-- The SSO session that a token session came through.
ALTER TABLE refresh_families ADD COLUMN origin_session_id TEXT;
CREATE INDEX refresh_families_by_origin ON refresh_families (pool_id, sub, origin_session_id)
    WHERE origin_session_id IS NOT NULL;
