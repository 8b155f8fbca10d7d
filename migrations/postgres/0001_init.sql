-- Times are milliseconds since 1970, flags 0 and 1. Columns named *_key are folded to lower case by the program.

CREATE TABLE settings (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    doc JSONB NOT NULL
);

CREATE TABLE pools (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    doc JSONB NOT NULL
);
CREATE INDEX pools_by_account ON pools (account_id, region, id);

-- The JWK is public; the private key is sealed.
CREATE TABLE signing_keys (
    pool_id TEXT COLLATE "C" NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    purpose TEXT COLLATE "C" NOT NULL CHECK (purpose IN ('id', 'access')),
    kid TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    doc JSONB NOT NULL,
    PRIMARY KEY (pool_id, kid)
);

CREATE TABLE clients (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    pool_id TEXT COLLATE "C" NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    doc JSONB NOT NULL
);
CREATE INDEX clients_by_pool ON clients (pool_id, id);

-- The columns between version and doc repeat what ListUsers searches in the document.
CREATE TABLE users (
    pool_id TEXT COLLATE "C" NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    sub TEXT COLLATE "C" NOT NULL,
    username_key TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    enabled BIGINT NOT NULL CHECK (enabled IN (0, 1)),
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    username TEXT COLLATE "C" NOT NULL,
    email_key TEXT COLLATE "C",
    phone_number TEXT COLLATE "C",
    name_key TEXT COLLATE "C",
    given_name_key TEXT COLLATE "C",
    family_name_key TEXT COLLATE "C",
    preferred_username_key TEXT COLLATE "C",
    doc JSONB NOT NULL,
    PRIMARY KEY (pool_id, sub)
);
CREATE UNIQUE INDEX users_by_username_key ON users (pool_id, username_key);
CREATE INDEX users_by_status ON users (pool_id, status, sub);
CREATE INDEX users_by_enabled ON users (pool_id, enabled, sub);
CREATE INDEX users_by_username ON users (pool_id, username, sub);
CREATE INDEX users_by_email ON users (pool_id, email_key, sub) WHERE email_key IS NOT NULL;
CREATE INDEX users_by_phone_number ON users (pool_id, phone_number, sub) WHERE phone_number IS NOT NULL;
CREATE INDEX users_by_name ON users (pool_id, name_key, sub) WHERE name_key IS NOT NULL;
CREATE INDEX users_by_given_name ON users (pool_id, given_name_key, sub) WHERE given_name_key IS NOT NULL;
CREATE INDEX users_by_family_name ON users (pool_id, family_name_key, sub) WHERE family_name_key IS NOT NULL;
CREATE INDEX users_by_preferred_username ON users (pool_id, preferred_username_key, sub) WHERE preferred_username_key IS NOT NULL;

-- Every name by which a user can sign in.
CREATE TABLE user_names (
    pool_id TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('username', 'sub', 'email', 'phone_number', 'preferred_username')),
    sub TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (pool_id, name_key),
    FOREIGN KEY (pool_id, sub) REFERENCES users (pool_id, sub) ON DELETE CASCADE
);
CREATE INDEX user_names_by_user ON user_names (pool_id, sub);

CREATE TABLE user_groups (
    pool_id TEXT COLLATE "C" NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    precedence BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    doc JSONB NOT NULL,
    PRIMARY KEY (pool_id, name)
);

CREATE TABLE memberships (
    pool_id TEXT COLLATE "C" NOT NULL,
    group_name TEXT COLLATE "C" NOT NULL,
    sub TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (pool_id, sub, group_name),
    FOREIGN KEY (pool_id, group_name) REFERENCES user_groups (pool_id, name) ON DELETE CASCADE,
    FOREIGN KEY (pool_id, sub) REFERENCES users (pool_id, sub) ON DELETE CASCADE
);
CREATE INDEX memberships_by_group ON memberships (pool_id, group_name, sub);

-- At most one code of a purpose per user, kept as a keyed hash.
CREATE TABLE codes (
    pool_id TEXT COLLATE "C" NOT NULL,
    sub TEXT COLLATE "C" NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL,
    code_hash TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    doc JSONB NOT NULL,
    PRIMARY KEY (pool_id, sub, purpose),
    FOREIGN KEY (pool_id, sub) REFERENCES users (pool_id, sub) ON DELETE CASCADE
);
CREATE INDEX codes_by_expiry ON codes (expires_at);

-- The refresh token of one sign-in and its successors.
CREATE TABLE refresh_families (
    pool_id TEXT COLLATE "C" NOT NULL,
    event_id TEXT COLLATE "C" NOT NULL,
    origin_jti TEXT COLLATE "C" NOT NULL,
    sub TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    doc JSONB NOT NULL,
    PRIMARY KEY (pool_id, event_id),
    FOREIGN KEY (pool_id, sub) REFERENCES users (pool_id, sub) ON DELETE CASCADE
);
CREATE INDEX refresh_families_by_user ON refresh_families (pool_id, sub);
CREATE INDEX refresh_families_by_client ON refresh_families (client_id);
CREATE INDEX refresh_families_by_expiry ON refresh_families (expires_at);

-- A sign-in that waits for the answer to a challenge.
CREATE TABLE auth_sessions (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    pool_id TEXT COLLATE "C" NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    consumed_at BIGINT,
    doc JSONB NOT NULL
);
CREATE INDEX auth_sessions_by_pool ON auth_sessions (pool_id);
CREATE INDEX auth_sessions_by_expiry ON auth_sessions (expires_at);

-- Failed sign-ins, also of names that no user has.
CREATE TABLE lockouts (
    pool_id TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    failures BIGINT NOT NULL,
    last_failure_at BIGINT NOT NULL,
    locked_until BIGINT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (pool_id, subject)
);
CREATE INDEX lockouts_by_expiry ON lockouts (expires_at);

-- Attempts within a window of time, against limits.
CREATE TABLE counters (
    pool_id TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    window_start BIGINT NOT NULL,
    used BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (pool_id, subject)
);
CREATE INDEX counters_by_expiry ON counters (expires_at);
