CREATE TABLE resource_servers (
    pool_id TEXT COLLATE "C" NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    identifier TEXT COLLATE "C" NOT NULL,
    doc JSONB NOT NULL,
    PRIMARY KEY (pool_id, identifier)
);

-- Which pool a domain belongs to; its settings stand in the pool.
CREATE TABLE domains (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    pool_id TEXT COLLATE "C" NOT NULL REFERENCES pools (id) ON DELETE CASCADE
);
CREATE INDEX domains_by_pool ON domains (pool_id);
