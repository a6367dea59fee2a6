-- Times are microseconds since 1970-01-01 UTC; JSON is text. Written so that PostgreSQL takes it too.

-- What is to be looked at. A key waits while `due` is set and is being looked at while `lease_until` is; it may be both.
-- Rows are never removed, so that a generation is never given twice.
CREATE TABLE queue (
    key         TEXT   NOT NULL PRIMARY KEY,
    due         BIGINT,
    attempts    BIGINT NOT NULL DEFAULT 0,
    generation  BIGINT NOT NULL DEFAULT 0,
    lease_owner TEXT,
    lease_until BIGINT
);
CREATE INDEX queue_due ON queue (due);

CREATE TABLE changes (
    id      TEXT   NOT NULL PRIMARY KEY,
    phase   TEXT   NOT NULL,
    state   TEXT   NOT NULL,
    updated BIGINT NOT NULL
);
CREATE INDEX changes_phase ON changes (phase);

CREATE TABLE deliveries (
    target TEXT NOT NULL PRIMARY KEY,
    state  TEXT NOT NULL
);

-- What goldpath wrote into a target, file by file.
CREATE TABLE inventory (
    unit   TEXT NOT NULL,
    path   TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (unit, path)
);

CREATE TABLE settings (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
