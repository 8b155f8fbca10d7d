-- Devices that users have confirmed, by keys that the service gave out. What was last seen of a device stands apart
-- from its document, so that noting it never competes with a change.
CREATE TABLE devices (
    pool_id TEXT COLLATE "C" NOT NULL,
    sub TEXT COLLATE "C" NOT NULL,
    device_key TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    last_ip_used TEXT COLLATE "C",
    version BIGINT NOT NULL,
    doc JSONB NOT NULL,
    PRIMARY KEY (pool_id, sub, device_key),
    FOREIGN KEY (pool_id, sub) REFERENCES users (pool_id, sub) ON DELETE CASCADE
);

-- The device that a sign-in came from, confirmed or not; empty again once it is forgotten.
ALTER TABLE refresh_families ADD COLUMN device_key TEXT COLLATE "C";
CREATE INDEX refresh_families_by_device ON refresh_families (pool_id, sub, device_key) WHERE device_key IS NOT NULL;
