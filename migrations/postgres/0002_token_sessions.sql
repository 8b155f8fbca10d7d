-- The session of a sign-in in a pool that keeps track of sessions, and what was last seen of it.
ALTER TABLE refresh_families ADD COLUMN session_id TEXT COLLATE "C";
ALTER TABLE refresh_families ADD COLUMN last_active_at BIGINT;
ALTER TABLE refresh_families ADD COLUMN ip_address TEXT COLLATE "C";
ALTER TABLE refresh_families ADD COLUMN device_type TEXT COLLATE "C";
CREATE INDEX refresh_families_by_session ON refresh_families (pool_id, sub, last_active_at) WHERE session_id IS NOT NULL;
