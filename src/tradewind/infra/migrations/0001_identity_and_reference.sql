-- Who may log in, what may be traded, on which terms. Terms are immutable versions; assignments
-- are effective-dated rows that are never updated (docs/domain/accounts.md).

CREATE TABLE legal_entity (
    id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    reporting_currency text NOT NULL
);

-- One row: an installation is demo or live for ever.
CREATE TABLE installation (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    environment text NOT NULL CHECK (environment IN ('demo', 'live')),
    installed_at timestamptz NOT NULL
);

CREATE TABLE currency (
    code text PRIMARY KEY CHECK (code ~ '^[A-Z]{3}$'),
    minor_digits smallint NOT NULL CHECK (minor_digits BETWEEN 0 AND 4)
);
ALTER TABLE legal_entity ADD FOREIGN KEY (reporting_currency) REFERENCES currency;

CREATE TABLE app_user (
    id uuid PRIMARY KEY,
    entity_id uuid NOT NULL REFERENCES legal_entity,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'disabled')),
    password_changed_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX app_user_email ON app_user (lower(email));

CREATE TABLE user_role (
    user_id uuid NOT NULL REFERENCES app_user,
    role text NOT NULL CHECK (role IN
        ('client', 'support', 'dealer', 'risk', 'finance', 'admin', 'auditor')),
    granted_by uuid REFERENCES app_user,
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, role)
);

-- A login is one family of refresh tokens; only hashes are kept. The live leaf is `generation`.
CREATE TABLE refresh_family (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES app_user,
    audience text NOT NULL CHECK (audience IN ('client', 'staff')),
    generation integer NOT NULL CHECK (generation >= 0),
    token_hash bytea NOT NULL,
    previous_hash bytea,
    rotated_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_reason text,
    CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
);
CREATE INDEX refresh_family_user ON refresh_family (user_id) WHERE revoked_at IS NULL;
CREATE INDEX refresh_family_revoked ON refresh_family (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE login_failure (
    email_hash bytea NOT NULL,
    address inet NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX login_failure_email ON login_failure (email_hash, at);
CREATE INDEX login_failure_address ON login_failure (address, at);

CREATE TABLE calendar_version (
    name text NOT NULL,
    version integer NOT NULL,
    effective_from timestamptz NOT NULL,
    time_zone text NOT NULL,
    sessions jsonb NOT NULL,
    PRIMARY KEY (name, version)
);

CREATE TABLE instrument (
    symbol text PRIMARY KEY CHECK (symbol ~ '^[A-Z0-9]{3,12}$'),
    name text NOT NULL,
    asset_class text NOT NULL CHECK (asset_class IN ('fx', 'metal', 'index', 'crypto')),
    regulatory_class text NOT NULL,
    base text NOT NULL,
    quote text NOT NULL REFERENCES currency
);

CREATE TABLE instrument_version (
    symbol text NOT NULL REFERENCES instrument,
    version integer NOT NULL,
    effective_from timestamptz NOT NULL,
    price_precision smallint NOT NULL CHECK (price_precision BETWEEN 0 AND 10),
    pip numeric NOT NULL CHECK (pip > 0),
    contract_size numeric NOT NULL CHECK (contract_size > 0),
    quantity_min numeric NOT NULL CHECK (quantity_min > 0),
    quantity_step numeric NOT NULL CHECK (quantity_step > 0),
    quantity_max numeric NOT NULL,
    instant_quantity_max numeric NOT NULL,
    margin_rate numeric NOT NULL CHECK (margin_rate > 0),
    margin_floor numeric NOT NULL DEFAULT 0 CHECK (margin_floor >= 0),
    allow_negative boolean NOT NULL DEFAULT false,
    extend_last_level boolean NOT NULL,
    calendar text NOT NULL,
    trade_mode text NOT NULL CHECK (trade_mode IN
        ('full', 'long_only', 'short_only', 'close_only', 'off')),
    settlement_lag smallint NOT NULL,
    day_count smallint NOT NULL CHECK (day_count IN (360, 365)),
    expires_at timestamptz,
    quote_age_ms_max integer NOT NULL CHECK (quote_age_ms_max > 0),
    lp_symbols jsonb NOT NULL DEFAULT '{}',
    created_by uuid REFERENCES app_user,
    approved_by uuid REFERENCES app_user,
    PRIMARY KEY (symbol, version),
    CHECK (quantity_max >= quantity_min),
    CHECK (NOT allow_negative OR margin_floor > 0),
    CHECK (created_by IS NULL OR created_by <> approved_by)
);

CREATE TABLE account_group (
    id uuid PRIMARY KEY,
    entity_id uuid NOT NULL REFERENCES legal_entity,
    code text NOT NULL,
    name text NOT NULL,
    UNIQUE (entity_id, code)
);

CREATE TABLE group_version (
    group_id uuid NOT NULL REFERENCES account_group,
    version integer NOT NULL,
    effective_from timestamptz NOT NULL,
    execution_mode text NOT NULL CHECK (execution_mode IN ('instant', 'market', 'stp')),
    book text NOT NULL CHECK (book IN ('A', 'B')),
    leverage_cap numeric NOT NULL CHECK (leverage_cap >= 1),
    margin_basis text NOT NULL DEFAULT 'open' CHECK (margin_basis IN ('open', 'current')),
    hedged_factor numeric NOT NULL DEFAULT 0 CHECK (hedged_factor BETWEEN 0 AND 1),
    margin_call_level numeric NOT NULL,
    stop_out_level numeric NOT NULL,
    commission_kind text NOT NULL CHECK (commission_kind IN
        ('none', 'per_lot', 'per_million', 'percent', 'fixed')),
    commission_amount numeric NOT NULL DEFAULT 0 CHECK (commission_amount >= 0),
    commission_minimum numeric NOT NULL DEFAULT 0 CHECK (commission_minimum >= 0),
    swap_factor numeric NOT NULL DEFAULT 1,
    created_by uuid REFERENCES app_user,
    approved_by uuid REFERENCES app_user,
    PRIMARY KEY (group_id, version),
    CHECK (stop_out_level < margin_call_level),
    CHECK (execution_mode <> 'stp' OR book = 'A'),
    CHECK (created_by IS NULL OR created_by <> approved_by)
);

-- Points on each side; a row without symbol is the group's default.
CREATE TABLE markup_rule (
    group_id uuid NOT NULL REFERENCES account_group,
    symbol text REFERENCES instrument,
    version integer NOT NULL,
    effective_from timestamptz NOT NULL,
    bid_points numeric NOT NULL CHECK (bid_points >= 0),
    ask_points numeric NOT NULL CHECK (ask_points >= 0),
    created_by uuid REFERENCES app_user,
    UNIQUE NULLS NOT DISTINCT (group_id, symbol, version)
);

CREATE TABLE liquidity_provider (
    code text PRIMARY KEY CHECK (code ~ '^[a-z0-9-]{2,32}$'),
    entity_id uuid NOT NULL REFERENCES legal_entity,
    name text NOT NULL,
    environment text NOT NULL CHECK (environment IN ('demo', 'live')),
    priority smallint NOT NULL,
    enabled boolean NOT NULL
);

CREATE TABLE config_version (
    kind text PRIMARY KEY,
    version bigint NOT NULL
);

-- A process acts under a lease only while it locks the row FOR SHARE and its epoch stands.
CREATE TABLE lease (
    name text PRIMARY KEY,
    epoch bigint NOT NULL,
    holder text NOT NULL,
    expires_at timestamptz NOT NULL
);

-- What belongs to no account: configuration, staff actions, LPs. Each row carries the hash of
-- the one before.
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    before jsonb,
    after jsonb,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL
);

DO $$ BEGIN
    ASSERT (SELECT count(*) FROM information_schema.tables
             WHERE table_schema = current_schema() AND table_name IN
             ('legal_entity', 'app_user', 'instrument_version', 'group_version', 'lease')) = 5;
END $$;
