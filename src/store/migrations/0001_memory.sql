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
    state   TEXT   NOT NULL,
    updated BIGINT NOT NULL
);

CREATE TABLE deliveries (
    target TEXT NOT NULL PRIMARY KEY,
    state  TEXT NOT NULL
);

-- Commands that followed from a stored state and have no stored answer yet.
CREATE TABLE outbox (
    id      BIGINT NOT NULL PRIMARY KEY,
    change  TEXT   NOT NULL,
    command TEXT   NOT NULL
);

-- What goldpath wrote into a target, file by file.
CREATE TABLE inventory (
    target TEXT NOT NULL,
    unit   TEXT NOT NULL,
    path   TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (unit, path)
);
CREATE INDEX inventory_target ON inventory (target);

-- Deliveries of triggers from outside, so that one that comes twice is taken once.
CREATE TABLE triggers (
    source   TEXT   NOT NULL,
    delivery TEXT   NOT NULL,
    seen     BIGINT NOT NULL,
    PRIMARY KEY (source, delivery)
);

-- What is recorded before an effect, so that the world can be probed after a crash.
CREATE TABLE journal (
    run  TEXT    NOT NULL,
    kind TEXT    NOT NULL,
    data TEXT    NOT NULL,
    done BOOLEAN NOT NULL,
    PRIMARY KEY (run, kind)
);

CREATE TABLE settings (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Numbers that are given once.
CREATE TABLE counters (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
