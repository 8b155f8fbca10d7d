CREATE TABLE resource_servers (
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    identifier TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (pool_id, identifier)
) STRICT;

-- Which pool a domain belongs to; its settings stand in the pool.
CREATE TABLE domains (
    name TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX domains_by_pool ON domains (pool_id);
