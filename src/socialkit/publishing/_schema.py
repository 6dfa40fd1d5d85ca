"""The tables of the journal, version by version, in the SQL that SQLite and PostgreSQL share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from socialkit.publishing._case_history import chain_all
from socialkit.publishing._database import Session
from socialkit.publishing._push_table import PUSHES
from socialkit.publishing._token_table import TOKENS

__all__ = ["MIGRATIONS", "VERSION"]

# {serial} is a number that the database counts up by itself. Times are microseconds since 1970.
# A step's number is how many lines the history had when it began: clocks may stand or go back.
FIRST: Final = """
CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    brand TEXT,
    platform TEXT NOT NULL,
    account TEXT NOT NULL,
    campaign TEXT,
    slot TEXT,
    answer BOOLEAN NOT NULL,
    single BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    ready_at BIGINT,
    expires_at BIGINT NOT NULL,
    lease_until BIGINT,
    fence BIGINT NOT NULL DEFAULT 0,
    tries BIGINT NOT NULL DEFAULT 0,
    flow TEXT,
    body TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT '{{}}',
    number BIGINT NOT NULL DEFAULT 0,
    head TEXT NOT NULL DEFAULT '',
    wall TEXT,
    held_by TEXT
);
CREATE INDEX deliveries_ready ON deliveries (state, ready_at) WHERE ready_at IS NOT NULL;
CREATE INDEX deliveries_leased ON deliveries (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX deliveries_account ON deliveries (account, state, ready_at);
CREATE INDEX deliveries_held ON deliveries (held_by) WHERE held_by IS NOT NULL;
CREATE INDEX deliveries_wall ON deliveries (id) WHERE wall IS NOT NULL AND tries = 0;
CREATE UNIQUE INDEX deliveries_slot ON deliveries (account, slot)
    WHERE slot IS NOT NULL AND state NOT IN ('cancelled', 'refused');
CREATE TABLE steps (
    delivery TEXT NOT NULL,
    name TEXT NOT NULL,
    writes BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    fence BIGINT NOT NULL,
    number BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    attempt TEXT,
    result TEXT,
    PRIMARY KEY (delivery, name)
);
CREATE TABLE events (
    seq {serial},
    delivery TEXT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT,
    what TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    digest TEXT NOT NULL,
    UNIQUE (delivery, number)
);
CREATE TABLE posts (
    place TEXT PRIMARY KEY,
    delivery TEXT NOT NULL,
    account TEXT NOT NULL,
    claimed_at BIGINT NOT NULL
);
CREATE INDEX posts_account ON posts (account, claimed_at);
CREATE TABLE approvals (
    delivery TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT,
    approved BOOLEAN NOT NULL,
    note TEXT
);
CREATE INDEX approvals_delivery ON approvals (delivery);
CREATE TABLE freezes (
    id TEXT NOT NULL,
    brand TEXT,
    platform TEXT,
    account TEXT,
    campaign TEXT,
    answers BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT,
    at BIGINT NOT NULL,
    thawed_at BIGINT
);
CREATE INDEX freezes_id ON freezes (id);
CREATE TABLE budgets (
    name TEXT NOT NULL,
    bucket TEXT NOT NULL,
    whole DOUBLE PRECISION,
    remaining DOUBLE PRECISION,
    began_at BIGINT,
    resets_at BIGINT,
    guessed BOOLEAN NOT NULL,
    taken BIGINT NOT NULL,
    arrival BIGINT NOT NULL,
    PRIMARY KEY (name, bucket)
);
CREATE TABLE shares (
    name TEXT NOT NULL,
    bucket TEXT NOT NULL,
    brand TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    counted_from BIGINT NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (name, bucket, brand)
);
CREATE TABLE anchors (
    day TEXT PRIMARY KEY,
    upto BIGINT NOT NULL,
    digest TEXT NOT NULL
)
"""

# A case is kept whole in its body; what it is looked for by stands in columns beside it.
# A delivery is late that was over when its platform confirmed it: its slot may be filled again by then.
SECOND: Final = """
CREATE TABLE cases (
    id TEXT PRIMARY KEY,
    brand TEXT,
    account TEXT NOT NULL,
    conversation TEXT,
    state TEXT NOT NULL,
    assignee TEXT,
    due_at BIGINT,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX cases_state ON cases (state, id);
CREATE INDEX cases_conversation ON cases (account, conversation) WHERE conversation IS NOT NULL;
CREATE TABLE case_messages (
    account TEXT NOT NULL,
    message TEXT NOT NULL,
    case_id TEXT NOT NULL,
    PRIMARY KEY (account, message)
);
CREATE TABLE case_events (
    case_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT,
    what TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (case_id, number)
);
CREATE TABLE inboxes (
    account TEXT PRIMARY KEY,
    read_until BIGINT
);
ALTER TABLE deliveries ADD COLUMN late BOOLEAN NOT NULL DEFAULT FALSE;
DROP INDEX deliveries_slot;
CREATE UNIQUE INDEX deliveries_slot ON deliveries (account, slot)
    WHERE slot IS NOT NULL AND state NOT IN ('cancelled', 'refused') AND NOT late;
CREATE INDEX deliveries_late ON deliveries (account, slot) WHERE slot IS NOT NULL AND late
"""

MIGRATIONS: Final[tuple[str | Callable[[Session], None], ...]] = (FIRST, SECOND, TOKENS, PUSHES, chain_all)
"""What makes each version out of the one before it: SQL, or what SQL alone cannot do."""
VERSION: Final = len(MIGRATIONS)
