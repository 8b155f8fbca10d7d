-- Devices that users have confirmed, by keys that the service gave out. What was last seen of a device stands apart
-- from its document, so that noting it never competes with a change.
CREATE TABLE devices (
    pool_id TEXT NOT NULL,
    sub TEXT NOT NULL,
    device_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    authenticated_at INTEGER NOT NULL,
    last_ip_used TEXT,
    version INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (pool_id, sub, device_key),
    FOREIGN KEY (pool_id, sub) REFERENCES users (pool_id, sub) ON DELETE CASCADE
) STRICT;

-- The device that a sign-in came from, confirmed or not; empty again once it is forgotten.
ALTER TABLE refresh_families ADD COLUMN device_key TEXT;
CREATE INDEX refresh_families_by_device ON refresh_families (pool_id, sub, device_key) WHERE device_key IS NOT NULL;
