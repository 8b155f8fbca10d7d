-- Styles of managed login. Their images stand apart, in base64, by SHA-256.
CREATE TABLE managed_login_styles (
    id TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    doc TEXT NOT NULL
) STRICT;
CREATE INDEX managed_login_styles_by_pool ON managed_login_styles (pool_id);
CREATE UNIQUE INDEX managed_login_styles_by_client ON managed_login_styles (client_id);

CREATE TABLE managed_login_images (
    style_id TEXT NOT NULL REFERENCES managed_login_styles (id) ON DELETE CASCADE,
    digest TEXT NOT NULL,
    pool_id TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (style_id, digest)
) STRICT;
CREATE INDEX managed_login_images_by_digest ON managed_login_images (pool_id, digest);

-- The looks of the classic hosted UI. The target is an app client or ALL; the logo is in base64.
CREATE TABLE ui_customizations (
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    target TEXT NOT NULL,
    client_id TEXT REFERENCES clients (id) ON DELETE CASCADE,
    logo_digest TEXT,
    logo TEXT,
    created_at INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (pool_id, target)
) STRICT;
CREATE INDEX ui_customizations_by_client ON ui_customizations (client_id);

CREATE TABLE terms (
    id TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    doc TEXT NOT NULL
) STRICT;
CREATE INDEX terms_by_pool ON terms (pool_id, id);
CREATE UNIQUE INDEX terms_by_client ON terms (client_id, name);
