-- Accounts, orders, positions, ledger, event log. Tables are keyed by account so that they can be
-- distributed; times come from the caller's clock, never from the server's.

CREATE TABLE account (
    id uuid PRIMARY KEY,
    number bigint NOT NULL UNIQUE,
    entity_id uuid NOT NULL REFERENCES legal_entity,
    user_id uuid NOT NULL REFERENCES app_user,
    currency text NOT NULL REFERENCES currency,
    position_mode text NOT NULL CHECK (position_mode IN ('netting', 'hedging')),
    status text NOT NULL CHECK (status IN
        ('pending', 'active', 'close_only', 'suspended', 'closed')),
    status_actor text NOT NULL,
    status_at timestamptz NOT NULL,
    last_event bigint NOT NULL DEFAULT 0,
    balance numeric NOT NULL DEFAULT 0,
    credit numeric NOT NULL DEFAULT 0 CHECK (credit >= 0),
    carry numeric NOT NULL DEFAULT 0 CHECK (abs(carry) <= 1),
    reserved_margin numeric NOT NULL DEFAULT 0 CHECK (reserved_margin >= 0),
    created_at timestamptz NOT NULL
) WITH (fillfactor = 60);
CREATE INDEX account_user ON account (user_id);

CREATE TABLE account_assignment (
    account_id uuid NOT NULL REFERENCES account,
    kind text NOT NULL CHECK (kind IN
        ('group', 'leverage', 'category', 'book_rule', 'introducer')),
    effective_from timestamptz NOT NULL,
    version integer NOT NULL,
    value text NOT NULL,
    actor text NOT NULL,
    PRIMARY KEY (account_id, kind, version)
);

CREATE TABLE account_hold (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account,
    kind text NOT NULL CHECK (kind IN ('deposit', 'withdrawal', 'login')),
    reason text NOT NULL,
    actor text NOT NULL,
    holds_from timestamptz NOT NULL,
    holds_until timestamptz
);

CREATE TABLE kill_switch (
    scope text NOT NULL CHECK (scope IN ('global', 'group', 'account', 'symbol')),
    key text NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (scope, key)
);

CREATE TABLE exposure_cap (
    scope text NOT NULL,
    key text NOT NULL,
    net numeric NOT NULL DEFAULT 0,
    cap numeric NOT NULL,
    PRIMARY KEY (scope, key),
    CHECK (abs(net) <= cap)
);

CREATE SEQUENCE ticket AS bigint START 1000001;

CREATE TABLE trade_order (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    ticket bigint NOT NULL,
    client_order_id text,
    symbol text NOT NULL,
    side text NOT NULL CHECK (side IN ('buy', 'sell')),
    type text NOT NULL CHECK (type IN
        ('market', 'limit', 'stop', 'stop_limit', 'market_if_touched')),
    quantity numeric NOT NULL CHECK (quantity > 0),
    filled_quantity numeric NOT NULL CHECK (filled_quantity BETWEEN 0 AND quantity),
    average_price numeric,
    limit_price numeric,
    stop_price numeric,
    worst_price numeric,
    requested_price numeric,
    max_deviation numeric CHECK (max_deviation >= 0),
    stop_loss numeric,
    take_profit numeric,
    trailing_stop numeric CHECK (trailing_stop > 0),
    time_in_force text NOT NULL CHECK (time_in_force IN ('gtc', 'day', 'gtd', 'ioc', 'fok')),
    expires_at timestamptz,
    position_id uuid,
    reduce_only boolean NOT NULL,
    parent_id uuid,
    state text NOT NULL CHECK (state IN ('new', 'pending', 'accepted', 'working',
        'partially_filled', 'filled', 'cancelled', 'rejected')),
    reject_code text,
    reject_message text,
    end_code text,
    end_message text,
    execution_mode text CHECK (execution_mode IN ('instant', 'market', 'stp')),
    book text CHECK (book IN ('A', 'B')),
    capacity text CHECK (capacity IN ('principal', 'riskless', 'crossed')),
    channel text NOT NULL CHECK (channel IN
        ('web', 'mobile', 'desktop', 'api', 'fix', 'dealer', 'system')),
    actor text NOT NULL,
    on_behalf_of text,
    reason text NOT NULL CHECK (reason IN ('client', 'stop_loss', 'take_profit', 'trailing',
        'stop_out', 'roll', 'corporate_action', 'dealer', 'bust', 'copy')),
    label text CHECK (length(label) <= 32),
    comment text CHECK (length(comment) <= 64),
    version integer NOT NULL CHECK (version >= 1),
    cancel_requested boolean NOT NULL,
    reserved_margin numeric NOT NULL CHECK (reserved_margin >= 0),
    instrument_version integer,
    group_code text,
    group_version integer,
    markup_version integer,
    book_rule_version integer,
    trade_date date,
    first_event bigint NOT NULL,
    last_event bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, id),
    CHECK ((state = 'filled') = (filled_quantity = quantity)),
    CHECK ((state = 'rejected') = (reject_code IS NOT NULL)),
    CHECK ((state = 'cancelled') = (end_code IS NOT NULL)),
    CHECK ((filled_quantity > 0) = (average_price IS NOT NULL)),
    CHECK (state <> 'partially_filled' OR filled_quantity > 0),
    CHECK (filled_quantity = 0 OR state IN ('partially_filled', 'filled', 'cancelled')),
    CHECK (reserved_margin = 0 OR state IN ('accepted', 'working', 'partially_filled'))
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX trade_order_client_order_id ON trade_order (account_id, client_order_id)
    WHERE client_order_id IS NOT NULL;
CREATE INDEX trade_order_open ON trade_order (account_id)
    WHERE state NOT IN ('filled', 'cancelled', 'rejected');

CREATE TABLE trade_position (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    ticket bigint NOT NULL,
    symbol text NOT NULL,
    side text NOT NULL CHECK (side IN ('buy', 'sell')),
    quantity numeric NOT NULL CHECK (quantity >= 0),
    open_price numeric NOT NULL,
    -- Sum of quantity x open price of what is open, in account currency at each fill's rate.
    margin_notional numeric NOT NULL CHECK (margin_notional >= 0),
    swap numeric NOT NULL DEFAULT 0,
    stop_loss numeric,
    take_profit numeric,
    version integer NOT NULL CHECK (version >= 1),
    opened_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (account_id, id),
    CHECK ((quantity = 0) = (closed_at IS NOT NULL)),
    CHECK (quantity > 0 OR margin_notional = 0)
) WITH (fillfactor = 80);
CREATE INDEX trade_position_open ON trade_position (account_id) WHERE closed_at IS NULL;

-- Which book each part of a position was opened on, one row per book, rule and hedge (`fill_id` is
-- the fill that began it); what closes goes where the lots are, oldest
-- first.
CREATE TABLE position_lot (
    account_id uuid NOT NULL,
    position_id uuid NOT NULL,
    fill_id uuid NOT NULL,
    book text NOT NULL CHECK (book IN ('A', 'B')),
    book_rule_version integer NOT NULL,
    hedge_reference text,
    quantity numeric NOT NULL CHECK (quantity > 0),
    remaining numeric NOT NULL CHECK (remaining BETWEEN 0 AND quantity),
    opened_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, position_id, fill_id)
) WITH (fillfactor = 90);

CREATE TABLE fill (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    ticket bigint NOT NULL,
    order_id uuid NOT NULL,
    position_id uuid NOT NULL,
    symbol text NOT NULL,
    side text NOT NULL CHECK (side IN ('buy', 'sell')),
    quantity numeric NOT NULL CHECK (quantity > 0),
    closed_quantity numeric NOT NULL CHECK (closed_quantity BETWEEN 0 AND quantity),
    price numeric NOT NULL,
    displayed_price numeric NOT NULL,
    requested_price numeric,
    slippage numeric NOT NULL,
    markup numeric NOT NULL,
    commission numeric NOT NULL CHECK (commission >= 0),
    quote_pnl numeric NOT NULL,
    realized_pnl numeric NOT NULL,
    conversion_rate numeric NOT NULL CHECK (conversion_rate > 0),
    conversion_quotes text,
    -- The published price it traded on: epoch:seq, and the unmarked BBO of that moment.
    quote_id text NOT NULL,
    bbo_bid numeric NOT NULL,
    bbo_ask numeric NOT NULL,
    rules_version integer NOT NULL,
    execution_mode text NOT NULL,
    book text NOT NULL CHECK (book IN ('A', 'B')),
    capacity text NOT NULL,
    channel text NOT NULL,
    actor text NOT NULL,
    on_behalf_of text,
    reason text NOT NULL,
    instrument_version integer NOT NULL,
    group_code text NOT NULL,
    group_version integer NOT NULL,
    trade_date date NOT NULL,
    value_date date NOT NULL,
    corrects_fill_id uuid,
    time timestamptz NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- Double entry as (source, destination, positive amount): an unbalanced entry cannot be written.
-- `client:<account>` is the client's own ledger account; only it has a stored balance.
CREATE TABLE ledger_posting (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    transaction_id uuid NOT NULL,
    entity_id uuid NOT NULL,
    event bigint NOT NULL,
    type text NOT NULL,
    source text NOT NULL,
    destination text NOT NULL,
    currency text NOT NULL REFERENCES currency,
    amount numeric NOT NULL CHECK (amount > 0),
    balance_after numeric,
    reference uuid,
    reverses uuid,
    trade_date date NOT NULL,
    time timestamptz NOT NULL,
    PRIMARY KEY (account_id, id),
    CHECK (source <> destination),
    CHECK ((balance_after IS NOT NULL) =
           (source LIKE 'client:%' OR destination LIKE 'client:%'))
);
CREATE UNIQUE INDEX ledger_posting_reversed_once ON ledger_posting (account_id, reverses)
    WHERE reverses IS NOT NULL;

-- The one event log: audit trail, resumable stream and outbox (docs/explanation/event-log.md).
CREATE TABLE account_event (
    account_id uuid NOT NULL,
    seq bigint NOT NULL CHECK (seq >= 1),
    position bigint GENERATED ALWAYS AS IDENTITY,
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    type text NOT NULL,
    data jsonb NOT NULL,
    cause text,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (account_id, seq)
);
CREATE INDEX account_event_tx ON account_event (tx);

CREATE VIEW order_transition WITH (security_invoker = true) AS
    SELECT account_id, (data ->> 'id')::uuid AS order_id, seq, substr(type, 7) AS state,
           COALESCE(data ->> 'reject_code', data ->> 'end_code') AS reason, at
      FROM account_event
     WHERE type IN ('order.new', 'order.pending', 'order.accepted', 'order.working',
                    'order.partially_filled', 'order.filled', 'order.cancelled', 'order.rejected');

-- `id` is a 128-bit hash of user, method, path and key. The first answer is rebuilt from the
-- event log at `event`, so it does not change when the order does.
CREATE TABLE idempotency_key (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    user_id uuid NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    body_hash uuid NOT NULL,
    status smallint NOT NULL,
    code text,
    order_id uuid NOT NULL,
    event bigint NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX idempotency_key_age ON idempotency_key USING brin (created_at);

DO $$ BEGIN
    ASSERT (SELECT count(*) FROM information_schema.tables
             WHERE table_schema = current_schema() AND table_name IN
             ('account', 'trade_order', 'trade_position', 'fill', 'ledger_posting', 'account_event')) = 6;
END $$;
