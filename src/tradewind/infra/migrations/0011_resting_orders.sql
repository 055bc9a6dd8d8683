-- Orders that rest, wait for another or protect a position; what triggers them, and the rules of
-- symbols and groups that bind them.

-- Distances are points (the last digit of a price); a collar is a share of the price. A premium
-- says that guaranteed stops are offered, and what a unit costs, in points.
ALTER TABLE instrument_version
    ADD COLUMN time_in_force text[] NOT NULL DEFAULT '{gtc,day,gtd,ioc,fok}'
        CHECK (time_in_force <@ '{gtc,day,gtd,ioc,fok}'::text[] AND time_in_force && '{ioc,fok}'),
    ADD COLUMN stop_distance_points numeric NOT NULL DEFAULT 0 CHECK (stop_distance_points >= 0),
    ADD COLUMN freeze_distance_points numeric NOT NULL DEFAULT 0
        CHECK (freeze_distance_points >= 0),
    ADD COLUMN price_collar numeric CHECK (price_collar > 0 AND price_collar <= 1),
    ADD COLUMN guaranteed_stop_premium_points numeric
        CHECK (guaranteed_stop_premium_points >= 0),
    ADD COLUMN guaranteed_stop_distance_points numeric NOT NULL DEFAULT 0
        CHECK (guaranteed_stop_distance_points >= 0);

-- Null: no limit. First in, first out holds hedging accounts to closing the oldest position first.
ALTER TABLE group_version
    ADD COLUMN fifo boolean NOT NULL DEFAULT false,
    ADD COLUMN orders_per_second_max integer CHECK (orders_per_second_max > 0),
    ADD COLUMN open_orders_max integer CHECK (open_orders_max > 0);

-- `linked_id` is the other of a one-cancels-other pair, or of a close-by. A stop's own moving level
-- is `stop_price`; `trailing_stop` the distance it keeps. What is due and charged in commission is
-- kept while an order is partly filled, for its minimum is per order.
ALTER TABLE trade_order
    ADD COLUMN stop_loss_distance numeric CHECK (stop_loss_distance > 0),
    ADD COLUMN take_profit_distance numeric CHECK (take_profit_distance > 0),
    ADD COLUMN guaranteed_stop boolean,
    ADD COLUMN trigger_side text CHECK (trigger_side IN ('bid', 'ask', 'mid', 'inverse')),
    ADD COLUMN linked_id uuid,
    ADD COLUMN triggered_at timestamptz,
    ADD COLUMN trigger_quote text,
    ADD COLUMN commission_due numeric,
    ADD COLUMN commission_charged numeric;
CREATE INDEX trade_order_tied ON trade_order (account_id)
    WHERE state NOT IN ('filled', 'cancelled', 'rejected')
      AND (position_id IS NOT NULL OR parent_id IS NOT NULL OR linked_id IS NOT NULL);
CREATE INDEX trade_order_expiry ON trade_order (expires_at)
    WHERE expires_at IS NOT NULL AND state NOT IN ('filled', 'cancelled', 'rejected');

-- Whoever changed its group; most accounts never do.
CREATE INDEX account_assignment_regrouped ON account_assignment (effective_from)
    WHERE kind = 'group' AND version > 1;

ALTER TABLE trade_position ADD COLUMN trailing_stop numeric CHECK (trailing_stop > 0);

-- The LPs' quotes behind the price: lp, bid, ask, sizes and times (contracts/ticks.py).
ALTER TABLE fill ADD COLUMN lp_quotes text;

-- What the rounding of a fill's charges left in the account's carry; null is nothing.
ALTER TABLE fill ADD COLUMN charge_rest numeric;

-- A fill that takes another back gives back its commission, and there is only one.
ALTER TABLE fill DROP CONSTRAINT fill_commission_check,
    ADD CONSTRAINT fill_commission_check CHECK (commission >= 0 OR corrects_fill_id IS NOT NULL);
CREATE UNIQUE INDEX fill_busted_once ON fill (account_id, corrects_fill_id) WHERE reason = 'bust';

-- What dealers do for clients or for the house: intended in the log of changes before it is done.
-- `executing` is decided and not yet known to be done; who repeats it finds out. `order_id` is the
-- house's order that does it. Of operations on many accounts the counts are kept.
CREATE TABLE dealer_action (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('cancel_order', 'close_position', 'bust_fill',
        'correct_fill', 'cancel_all', 'close_all')),
    account_id uuid REFERENCES account,
    target_id uuid,
    symbol text REFERENCES instrument,
    group_code text,
    quantity numeric CHECK (quantity > 0),
    price numeric,
    lp_reference text CHECK (length(lp_reference) BETWEEN 1 AND 64),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 300),
    content_hash bytea NOT NULL CHECK (length(content_hash) = 32),
    order_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN
        ('pending', 'executing', 'executed', 'failed', 'rejected')),
    created_by uuid NOT NULL REFERENCES app_user,
    created_at timestamptz NOT NULL,
    decided_by uuid REFERENCES app_user,
    decided_at timestamptz,
    outcome text,
    accounts integer,
    orders integer,
    failed integer,
    CHECK (created_by <> decided_by OR state = 'rejected'),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK (decided_by IS NOT NULL OR kind NOT IN ('bust_fill', 'correct_fill')
           OR state = 'pending'),
    CHECK (kind IN ('cancel_all', 'close_all') OR (account_id IS NOT NULL
           AND target_id IS NOT NULL)),
    CHECK (kind NOT IN ('cancel_all', 'close_all')
           OR num_nonnulls(account_id, symbol, group_code) = 1),
    CHECK ((kind = 'correct_fill') = (price IS NOT NULL))
);

-- How far the owner of a symbol has evaluated its ring of ticks; its successor goes on from there.
CREATE TABLE trigger_progress (
    symbol text PRIMARY KEY,
    ring_entry text NOT NULL,
    at timestamptz NOT NULL
) WITH (fillfactor = 50);

GRANT UPDATE (worst_price, time_in_force, markup_version, stop_loss_distance,
    take_profit_distance, guaranteed_stop, linked_id, triggered_at, trigger_quote, commission_due,
    commission_charged) ON trade_order TO tw_oms;
GRANT UPDATE (trailing_stop) ON trade_position TO tw_oms;
GRANT SELECT, INSERT, UPDATE ON trigger_progress TO tw_oms;
GRANT SELECT, INSERT ON dealer_action TO tw_admin;
GRANT UPDATE (state, decided_by, decided_at, outcome, accounts, orders, failed)
    ON dealer_action TO tw_admin;
GRANT SELECT ON trade_order, trade_position, fill TO tw_admin;

-- p_whole: accounts of which every open order is wanted, p_placing: those that place new ones, and
-- whose orders are counted: the open ones, and those with an id from p_recent on. p_fills are
-- wanted with their orders and postings. p_locking is wait, skip (what somebody else holds) or none.
DROP FUNCTION oms_lock_and_load;
CREATE FUNCTION oms_lock_and_load(
    p_accounts uuid[], p_keys uuid[], p_client_accounts uuid[], p_client_order_ids text[],
    p_order_ids uuid[], p_whole uuid[], p_placing uuid[], p_fills uuid[], p_recent uuid,
    p_tickets integer, p_now timestamptz, p_locking text
) RETURNS text LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    locked uuid[];
    loaded text;
BEGIN
    IF p_locking = 'wait' THEN
        PERFORM set_config('lock_timeout', '2s', true);
        SELECT array_agg(s.id) INTO locked FROM (
            SELECT id FROM account WHERE id = ANY (p_accounts) ORDER BY id
               FOR NO KEY UPDATE) s;
    ELSIF p_locking = 'skip' THEN
        SELECT array_agg(s.id) INTO locked FROM (
            SELECT id FROM account WHERE id = ANY (p_accounts) ORDER BY id
               FOR NO KEY UPDATE SKIP LOCKED) s;
    ELSE
        SELECT array_agg(id) INTO locked FROM account WHERE id = ANY (p_accounts);
    END IF;
    IF cardinality(p_fills) > 0 THEN
        p_order_ids := p_order_ids || ARRAY (
            SELECT order_id FROM fill WHERE account_id = ANY (locked) AND id = ANY (p_fills));
    END IF;

    SELECT json_build_object(
        'xid', CASE WHEN p_locking <> 'none' THEN pg_current_xact_id()::text END,
        'tickets', (SELECT json_agg(nextval('ticket')) FROM generate_series(1, p_tickets)),
        'accounts', (
            SELECT json_agg(json_build_object(
                'last_event', a.last_event,
                'group_id', (
                    SELECT s.value FROM account_assignment s
                     WHERE s.account_id = a.id AND s.kind = 'group' AND s.effective_from <= p_now
                     ORDER BY s.version DESC LIMIT 1),
                'account', json_build_object(
                    'id', a.id, 'entity_id', a.entity_id, 'user_id', a.user_id,
                    'currency', json_build_object('code', c.code, 'minor_digits', c.minor_digits),
                    'position_mode', a.position_mode, 'status', a.status,
                    'leverage', (
                        SELECT s.value::numeric FROM account_assignment s
                         WHERE s.account_id = a.id AND s.kind = 'leverage'
                           AND s.effective_from <= p_now
                         ORDER BY s.version DESC LIMIT 1),
                    'balance', a.balance, 'credit', a.credit, 'carry', a.carry,
                    'reserved_margin', a.reserved_margin,
                    'margin_called_at', a.margin_called_at),
                'positions', COALESCE((
                    SELECT json_agg(json_build_object(
                        'id', p.id, 'ticket', p.ticket, 'symbol', p.symbol, 'side', p.side,
                        'quantity', p.quantity, 'open_price', p.open_price,
                        'margin_notional', p.margin_notional, 'swap', p.swap,
                        'stop_loss', p.stop_loss, 'take_profit', p.take_profit,
                        'trailing_stop', p.trailing_stop,
                        'version', p.version, 'opened_at', p.opened_at, 'lots', (
                            SELECT json_agg(json_build_object(
                                'position_id', l.position_id, 'fill_id', l.fill_id,
                                'book', l.book, 'book_rule_version', l.book_rule_version,
                                'hedge_reference', l.hedge_reference, 'quantity', l.quantity,
                                'remaining', l.remaining, 'opened_at', l.opened_at)
                                ORDER BY l.opened_at, l.fill_id)
                              FROM position_lot l
                             WHERE l.account_id = p.account_id AND l.position_id = p.id
                               AND l.remaining > 0))
                        ORDER BY p.opened_at, p.id)
                      FROM trade_position p
                     WHERE p.account_id = a.id AND p.closed_at IS NULL), '[]'),
                'open_orders', CASE WHEN a.id = ANY (p_placing) THEN (
                    SELECT count(*) FROM trade_order o
                     WHERE o.account_id = a.id
                       AND o.state NOT IN ('filled', 'cancelled', 'rejected')) ELSE 0 END,
                'recent_orders', CASE WHEN a.id = ANY (p_placing) THEN (
                    SELECT count(*) FROM trade_order o
                     WHERE o.account_id = a.id AND o.id >= p_recent) ELSE 0 END,
                'orders', COALESCE((
                    SELECT json_agg(o) FROM (
                        SELECT o.* FROM trade_order o
                         WHERE o.account_id = a.id AND o.id = ANY (p_order_ids)
                         UNION ALL
                        SELECT o.* FROM trade_order o
                         WHERE o.account_id = a.id AND o.id <> ALL (p_order_ids)
                           AND o.state NOT IN ('filled', 'cancelled', 'rejected')
                           AND (o.position_id IS NOT NULL OR o.parent_id IS NOT NULL
                                OR o.linked_id IS NOT NULL)
                         UNION ALL
                        SELECT o.* FROM trade_order o
                         WHERE a.id = ANY (p_whole)
                           AND o.account_id = a.id AND o.id <> ALL (p_order_ids)
                           AND o.state NOT IN ('filled', 'cancelled', 'rejected')
                           AND o.position_id IS NULL AND o.parent_id IS NULL
                           AND o.linked_id IS NULL) o), '[]')))
              FROM account a JOIN currency c ON c.code = a.currency
             WHERE a.id = ANY (locked)),
        'keys', (
            SELECT json_agg(k) FROM (
                SELECT id, body_hash, status, code, account_id, order_id, event
                  FROM idempotency_key WHERE id = ANY (p_keys)) k),
        'client_orders', (
            SELECT json_agg(o) FROM (
                SELECT o.account_id, o.client_order_id, o.id AS order_id, o.last_event
                  FROM trade_order o
                  JOIN unnest(p_client_accounts, p_client_order_ids) w(account_id, client_order_id)
                    ON o.account_id = w.account_id AND o.client_order_id = w.client_order_id
                 WHERE o.account_id = ANY (locked)) o),
        'groups', (
            SELECT json_agg(g) FROM (
                SELECT DISTINCT ON (v.group_id)
                       v.group_id AS id,
                       json_build_object(
                           'code', g.code, 'version', v.version,
                           'execution_mode', v.execution_mode, 'book', v.book,
                           'leverage_cap', v.leverage_cap, 'margin_basis', v.margin_basis,
                           'hedged_factor', v.hedged_factor,
                           'margin_call_level', v.margin_call_level,
                           'stop_out_level', v.stop_out_level, 'fifo', v.fifo,
                           'orders_per_second_max', v.orders_per_second_max,
                           'open_orders_max', v.open_orders_max,
                           'regime', v.regime, 'leverage_rules', v.leverage_rules,
                           'liquidation', v.liquidation,
                           'commission', json_build_object(
                               'kind', v.commission_kind, 'amount', v.commission_amount,
                               'minimum', v.commission_minimum)) AS terms
                  FROM group_version v JOIN account_group g ON g.id = v.group_id
                 WHERE v.effective_from <= p_now
                 ORDER BY v.group_id, v.version DESC) g),
        'fills', CASE WHEN cardinality(p_fills) > 0 THEN (
            SELECT json_agg(json_build_object(
                'fill', to_jsonb(f),
                'busted', EXISTS (
                    SELECT FROM fill b WHERE b.account_id = f.account_id
                       AND b.corrects_fill_id = f.id AND b.reason = 'bust'),
                'postings', COALESCE((
                    SELECT json_agg(p ORDER BY p.id) FROM ledger_posting p
                     WHERE p.account_id = f.account_id AND p.reference = f.id), '[]')))
              FROM fill f
             WHERE f.account_id = ANY (locked) AND f.id = ANY (p_fills)) END,
        'kill_switches', (SELECT json_agg(k) FROM (SELECT scope, key FROM kill_switch) k),
        'known', CASE WHEN cardinality(locked) = cardinality(p_accounts) THEN NULL ELSE (
            SELECT json_agg(id) FROM account WHERE id = ANY (p_accounts)) END
    )::text INTO loaded;
    RETURN loaded;
END $$;
REVOKE EXECUTE ON FUNCTION oms_lock_and_load FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oms_lock_and_load TO tw_oms;

DROP FUNCTION oms_write;

-- Appends events and makes the rows they carry. Raises when a row was not in the version that the
-- decision was made on.
--   p_steps     states an order went through on its way: seq of the first one, and all of them
--   p_orders, p_positions, p_postings    events with their bodies; `is_new` marks a row to insert,
--               its absence one to replace or, for an order, a step with a fill; what is news of
--               the margin comes with the postings and has none
--   p_new_…, p_changed_…    how many rows must be inserted and replaced
--   p_accounts, p_keys    columns of account and rows of idempotency_key
CREATE FUNCTION oms_write(
    p_steps jsonb, p_orders jsonb, p_new_orders integer, p_changed_orders integer,
    p_positions jsonb, p_new_positions integer, p_changed_positions integer, p_postings jsonb,
    p_accounts jsonb, p_keys jsonb, p_at timestamptz
) RETURNS void LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    changed bigint;
BEGIN
    -- Sorted, so that `position` numbers an account's events in their order.
    INSERT INTO account_event (account_id, seq, type, data, actor, cause, at)
    SELECT e.account_id, e.seq, e.type, e.data, e.actor, e.cause, p_at FROM (
        SELECT s.account_id, s.seq + u.n - 1 AS seq, 'order.' || u.state AS type,
               jsonb_build_object('id', s.id, 'state', u.state) AS data, s.actor, s.cause
          FROM jsonb_to_recordset(p_steps)
                   AS s(account_id uuid, seq bigint, id text, actor text, cause text, states text[]),
               unnest(s.states) WITH ORDINALITY AS u(state, n)
         UNION ALL
        SELECT * FROM jsonb_to_recordset(p_orders)
            AS o(account_id uuid, seq bigint, type text, data jsonb, actor text, cause text)
         UNION ALL
        SELECT * FROM jsonb_to_recordset(p_positions)
            AS p(account_id uuid, seq bigint, type text, data jsonb, actor text, cause text)
         UNION ALL
        SELECT * FROM jsonb_to_recordset(p_postings)
            AS l(account_id uuid, seq bigint, type text, data jsonb, actor text, cause text)
        ) e ORDER BY e.account_id, e.seq;

    -- To read a document as rows costs as much as to write them, so it is not done for nothing.
    IF p_new_orders > 0 THEN
        INSERT INTO trade_order
        SELECT (e.data).* FROM jsonb_to_recordset(p_orders) AS e(is_new boolean, data trade_order)
         WHERE e.is_new;
    END IF;
    IF p_changed_orders > 0 THEN
        -- One batch may change an order, or what it placed, more than once: the last event holds.
        UPDATE trade_order o
           SET quantity = (r).quantity, filled_quantity = (r).filled_quantity,
               average_price = (r).average_price, limit_price = (r).limit_price,
               stop_price = (r).stop_price, worst_price = (r).worst_price,
               stop_loss = (r).stop_loss, take_profit = (r).take_profit,
               trailing_stop = (r).trailing_stop, time_in_force = (r).time_in_force,
               expires_at = (r).expires_at, position_id = (r).position_id, state = (r).state,
               reject_code = (r).reject_code, reject_message = (r).reject_message,
               end_code = (r).end_code, end_message = (r).end_message, version = (r).version,
               cancel_requested = (r).cancel_requested, reserved_margin = (r).reserved_margin,
               markup_version = (r).markup_version, last_event = (r).last_event,
               updated_at = (r).updated_at, stop_loss_distance = (r).stop_loss_distance,
               take_profit_distance = (r).take_profit_distance,
               guaranteed_stop = (r).guaranteed_stop, linked_id = (r).linked_id,
               triggered_at = (r).triggered_at, trigger_quote = (r).trigger_quote,
               commission_due = (r).commission_due, commission_charged = (r).commission_charged
          FROM (SELECT DISTINCT ON ((e.data).account_id, (e.data).id) e.data AS r
                  FROM jsonb_to_recordset(p_orders)
                    AS e(seq bigint, is_new boolean, data trade_order)
                 WHERE NOT e.is_new
                 ORDER BY (e.data).account_id, (e.data).id, e.seq DESC) AS changing
         WHERE o.account_id = (r).account_id AND o.id = (r).id AND o.version < (r).version;
        GET DIAGNOSTICS changed = ROW_COUNT;
        ASSERT changed = p_changed_orders, 'an order was not in the expected version';
    END IF;

    IF p_new_positions > 0 THEN
        INSERT INTO trade_position
        SELECT (e.data).* FROM jsonb_to_recordset(p_positions)
            AS e(is_new boolean, data trade_position) WHERE e.is_new;
    END IF;
    IF p_changed_positions > 0 THEN
        -- One batch may change a position, and so a lot, more than once: the last event holds.
        UPDATE trade_position p
           SET quantity = (r).quantity, open_price = (r).open_price,
               margin_notional = (r).margin_notional, swap = (r).swap,
               stop_loss = (r).stop_loss, take_profit = (r).take_profit,
               trailing_stop = (r).trailing_stop, version = (r).version,
               updated_at = (r).updated_at, closed_at = (r).closed_at
          FROM (SELECT DISTINCT ON ((e.data).account_id, (e.data).id) e.data AS r
                  FROM jsonb_to_recordset(p_positions)
                    AS e(seq bigint, is_new boolean, data trade_position)
                 WHERE NOT e.is_new
                 ORDER BY (e.data).account_id, (e.data).id, e.seq DESC) AS changing
         WHERE p.account_id = (r).account_id AND p.id = (r).id AND p.version < (r).version;
        GET DIAGNOSTICS changed = ROW_COUNT;
        ASSERT changed = p_changed_positions, 'a position was not in the expected version';
    END IF;

    INSERT INTO fill
    SELECT ((e.data).fill).* FROM jsonb_to_recordset(p_orders) AS e(data order_body)
     WHERE ((e.data).fill).id IS NOT NULL;

    INSERT INTO position_lot
    SELECT DISTINCT ON (l.account_id, l.position_id, l.fill_id) l.*
      FROM jsonb_to_recordset(p_positions) AS e(seq bigint, data position_body),
           unnest((e.data).lots) AS l
     ORDER BY l.account_id, l.position_id, l.fill_id, e.seq DESC
        ON CONFLICT (account_id, position_id, fill_id)
        DO UPDATE SET quantity = excluded.quantity, remaining = excluded.remaining;

    INSERT INTO ledger_posting
    SELECT l.* FROM jsonb_to_recordset(p_postings) AS e(data ledger_body),
                    unnest((e.data).postings) AS l;

    UPDATE account a
       SET last_event = n.last_event, balance = n.balance, credit = n.credit, carry = n.carry,
           reserved_margin = n.reserved_margin, margin_called_at = n.margin_called_at
      FROM jsonb_to_recordset(p_accounts)
        AS n(id uuid, last_event bigint, balance numeric, credit numeric, carry numeric,
             reserved_margin numeric, margin_called_at timestamptz)
     WHERE a.id = n.id;
    GET DIAGNOSTICS changed = ROW_COUNT;
    ASSERT changed = jsonb_array_length(p_accounts), 'an account is missing';

    INSERT INTO idempotency_key (id, key, user_id, account_id, body_hash, status, code, order_id,
                                 event, created_at)
    SELECT k.*, p_at FROM jsonb_to_recordset(p_keys)
        AS k(id uuid, key text, user_id uuid, account_id uuid, body_hash uuid, status smallint,
             code text, order_id uuid, event bigint);
END $$;
REVOKE EXECUTE ON FUNCTION oms_write FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oms_write TO tw_oms;

DO $$ BEGIN
    ASSERT (SELECT count(*) FROM information_schema.columns
             WHERE table_schema = current_schema() AND column_name = 'trailing_stop') = 2;
    ASSERT (SELECT bool_and(cardinality(time_in_force) = 5) IS NOT FALSE FROM instrument_version);
    ASSERT NOT has_table_privilege('tw_oms', 'dealer_action', 'SELECT');
    ASSERT NOT has_column_privilege('tw_admin', 'dealer_action', 'content_hash', 'UPDATE');
    ASSERT NOT has_table_privilege('tw_admin', 'dealer_action', 'DELETE');
END $$;
