-- Styles of managed login. Their images stand apart, in base64, by SHA-256.
CREATE TABLE managed_login_styles (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    pool_id TEXT COLLATE "C" NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    client_id TEXT COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    doc JSONB NOT NULL
);
CREATE INDEX managed_login_styles_by_pool ON managed_login_styles (pool_id);
CREATE UNIQUE INDEX managed_login_styles_by_client ON managed_login_styles (client_id);

CREATE TABLE managed_login_images (
    style_id TEXT COLLATE "C" NOT NULL REFERENCES managed_login_styles (id) ON DELETE CASCADE,
    digest TEXT COLLATE "C" NOT NULL,
    pool_id TEXT COLLATE "C" NOT NULL,
    content TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (style_id, digest)
);
CREATE INDEX managed_login_images_by_digest ON managed_login_images (pool_id, digest);

-- The looks of the classic hosted UI. The target is an app client or ALL; the logo is in base64.
CREATE TABLE ui_customizations (
    pool_id TEXT COLLATE "C" NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    target TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" REFERENCES clients (id) ON DELETE CASCADE,
    logo_digest TEXT COLLATE "C",
    logo TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    doc JSONB NOT NULL,
    PRIMARY KEY (pool_id, target)
);
CREATE INDEX ui_customizations_by_client ON ui_customizations (client_id);

CREATE TABLE terms (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    pool_id TEXT COLLATE "C" NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    client_id TEXT COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    doc JSONB NOT NULL
);
CREATE INDEX terms_by_pool ON terms (pool_id, id);
CREATE UNIQUE INDEX terms_by_client ON terms (client_id, name);
