-- What staff change: every change under one lock, in one chain of hashes; what is hard to take
-- back needs a second person (docs/domain/approvals.md).

-- The end of the audit's chain. Its lock puts all changes of configuration in one order, and a
-- row cut off the end is missed.
CREATE TABLE audit_head (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    entries bigint NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32)
);
INSERT INTO audit_head (entries, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

-- Approved is what was executed: the hash of the one is the hash of the other.
CREATE TABLE change_request (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN
        ('symbol', 'group', 'markup_rule', 'quote_filter', 'calendar', 'liquidity_provider')),
    subject text NOT NULL,
    -- The version it changes; 0 makes something new.
    base_version integer NOT NULL CHECK (base_version >= 0),
    payload jsonb NOT NULL CHECK (jsonb_typeof(payload) = 'object'),
    content_hash bytea NOT NULL CHECK (length(content_hash) = 32),
    effective_from timestamptz,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 300),
    state text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected')),
    created_by uuid NOT NULL REFERENCES app_user,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    approved_by uuid REFERENCES app_user,
    approved_at timestamptz,
    executed_hash bytea,
    rejected_by uuid REFERENCES app_user,
    rejected_at timestamptz,
    CHECK (created_by <> approved_by),
    CHECK (expires_at > created_at),
    CHECK (approved_at >= created_at AND approved_at < expires_at),
    CHECK (executed_hash = content_hash),
    CHECK ((state = 'approved') = (approved_by IS NOT NULL)),
    CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    CHECK ((approved_by IS NULL) = (executed_hash IS NULL)),
    CHECK ((state = 'rejected') = (rejected_by IS NOT NULL)),
    CHECK ((rejected_by IS NULL) = (rejected_at IS NULL))
);

-- The first answer to a request of staff, for whoever repeats it.
CREATE TABLE staff_answer (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES app_user,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    body_hash uuid NOT NULL,
    answer text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX staff_answer_age ON staff_answer USING brin (created_at);

ALTER TABLE liquidity_provider
    ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version > 0);

GRANT SELECT, INSERT ON change_request, staff_answer TO tw_admin;
GRANT DELETE ON staff_answer TO tw_admin;
GRANT UPDATE (payload, content_hash, effective_from, reason, state, approved_by, approved_at,
    executed_hash, rejected_by, rejected_at) ON change_request TO tw_admin;
GRANT SELECT, UPDATE (entries, hash) ON audit_head TO tw_admin;
GRANT UPDATE (version, name) ON liquidity_provider TO tw_admin;
GRANT UPDATE (name) ON account_group, instrument TO tw_admin;

DO $$ BEGIN
    ASSERT (SELECT count(*) FROM audit_head WHERE entries = 0) = 1;
    ASSERT (SELECT count(*) FROM audit) = 0;
    ASSERT NOT has_table_privilege('tw_admin', 'audit', 'UPDATE');
    ASSERT NOT has_table_privilege('tw_admin', 'audit', 'DELETE');
    ASSERT NOT has_table_privilege('tw_oms', 'change_request', 'SELECT');
END $$;
