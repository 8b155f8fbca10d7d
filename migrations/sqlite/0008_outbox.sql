-- Messages that wait for their delivery, sealed: they hold codes and passwords. Whoever takes one on moves its time, and
-- the number of attempts tells whose it is.
CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    doc TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_by_due ON outbox (due_at);
CREATE INDEX outbox_by_expiry ON outbox (expires_at);
CREATE INDEX outbox_by_pool ON outbox (pool_id);
