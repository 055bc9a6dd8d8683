-- The two statements of an order batch again, for less work an order: what a batch writes comes as
-- a few JSON documents, and open orders are found by their index whatever an account's history.
-- Both are planned once a session: to plan them for each batch takes longer than to run them. So the
-- plans must be good for tables that are still empty, hence no sequential scans.

-- A whole order with its fill is a little over 2 kB; compressing that costs more than it saves.
ALTER TABLE account_event SET (toast_tuple_target = 8160);

-- Bodies of events, as far as rows of other tables are nested in them.
CREATE TYPE order_body AS (fill fill);
CREATE TYPE position_body AS (lots position_lot[]);
CREATE TYPE ledger_body AS (postings ledger_posting[]);

CREATE OR REPLACE FUNCTION oms_lock_and_load(
    p_accounts uuid[], p_keys uuid[], p_client_accounts uuid[], p_client_order_ids text[],
    p_order_ids uuid[], p_tickets integer, p_now timestamptz, p_wait boolean
) RETURNS text LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    locked uuid[];
    loaded text;
BEGIN
    IF p_wait THEN
        PERFORM set_config('lock_timeout', '2s', true);
        SELECT array_agg(s.id) INTO locked FROM (
            SELECT id FROM account WHERE id = ANY (p_accounts) ORDER BY id
               FOR NO KEY UPDATE) s;
    ELSE
        SELECT array_agg(s.id) INTO locked FROM (
            SELECT id FROM account WHERE id = ANY (p_accounts) ORDER BY id
               FOR NO KEY UPDATE SKIP LOCKED) s;
    END IF;

    SELECT json_build_object(
        'xid', pg_current_xact_id()::text,
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
                    'reserved_margin', a.reserved_margin),
                'positions', COALESCE((
                    SELECT json_agg(json_build_object(
                        'id', p.id, 'ticket', p.ticket, 'symbol', p.symbol, 'side', p.side,
                        'quantity', p.quantity, 'open_price', p.open_price,
                        'margin_notional', p.margin_notional, 'swap', p.swap,
                        'stop_loss', p.stop_loss, 'take_profit', p.take_profit,
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
                'orders', COALESCE((
                    SELECT json_agg(o) FROM (
                        SELECT o.* FROM trade_order o
                         WHERE o.account_id = a.id
                           AND o.state NOT IN ('filled', 'cancelled', 'rejected')
                         UNION ALL
                        SELECT o.* FROM trade_order o
                         WHERE o.account_id = a.id AND o.id = ANY (p_order_ids)
                           AND o.state IN ('filled', 'cancelled', 'rejected')) o), '[]')))
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
                           'stop_out_level', v.stop_out_level,
                           'commission', json_build_object(
                               'kind', v.commission_kind, 'amount', v.commission_amount,
                               'minimum', v.commission_minimum)) AS terms
                  FROM group_version v JOIN account_group g ON g.id = v.group_id
                 WHERE v.effective_from <= p_now
                 ORDER BY v.group_id, v.version DESC) g),
        'kill_switches', (SELECT json_agg(k) FROM (SELECT scope, key FROM kill_switch) k),
        'known', CASE WHEN cardinality(locked) = cardinality(p_accounts) THEN NULL ELSE (
            SELECT json_agg(id) FROM account WHERE id = ANY (p_accounts)) END
    )::text INTO loaded;
    RETURN loaded;
END $$;

DROP FUNCTION oms_write;

-- Appends events and makes the rows they carry. Raises when a row was not in the version that the
-- decision was made on.
--   p_steps     states an order went through on its way: seq of the first one, and all of them
--   p_orders, p_positions, p_postings    events with their bodies; `is_new` marks a row to insert,
--               its absence one to replace or, for an order, a step with a fill
--   p_changed_orders, p_changed_positions    how many rows must be replaced
--   p_accounts, p_keys    columns of account and rows of idempotency_key
CREATE FUNCTION oms_write(
    p_steps jsonb, p_orders jsonb, p_changed_orders integer, p_positions jsonb,
    p_changed_positions integer, p_postings jsonb, p_accounts jsonb, p_keys jsonb,
    p_at timestamptz
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

    INSERT INTO trade_order
    SELECT (e.data).* FROM jsonb_to_recordset(p_orders) AS e(is_new boolean, data trade_order)
     WHERE e.is_new;
    IF p_changed_orders > 0 THEN
        UPDATE trade_order o
           SET quantity = (r).quantity, filled_quantity = (r).filled_quantity,
               average_price = (r).average_price, limit_price = (r).limit_price,
               stop_price = (r).stop_price, stop_loss = (r).stop_loss,
               take_profit = (r).take_profit, trailing_stop = (r).trailing_stop,
               expires_at = (r).expires_at, position_id = (r).position_id, state = (r).state,
               reject_code = (r).reject_code, reject_message = (r).reject_message,
               end_code = (r).end_code, end_message = (r).end_message, version = (r).version,
               cancel_requested = (r).cancel_requested, reserved_margin = (r).reserved_margin,
               last_event = (r).last_event, updated_at = (r).updated_at
          FROM jsonb_to_recordset(p_orders) AS e(is_new boolean, data trade_order),
               LATERAL (SELECT e.data AS r) AS changing
         WHERE NOT e.is_new AND o.account_id = (r).account_id AND o.id = (r).id
           AND o.version = (r).version - 1;
        GET DIAGNOSTICS changed = ROW_COUNT;
        ASSERT changed = p_changed_orders, 'an order was not in the expected version';
    END IF;

    INSERT INTO trade_position
    SELECT (e.data).* FROM jsonb_to_recordset(p_positions)
        AS e(is_new boolean, data trade_position) WHERE e.is_new;
    IF p_changed_positions > 0 THEN
        -- One batch may change a position, and so a lot, more than once: the last event holds.
        UPDATE trade_position p
           SET quantity = (r).quantity, open_price = (r).open_price,
               margin_notional = (r).margin_notional, swap = (r).swap,
               stop_loss = (r).stop_loss, take_profit = (r).take_profit, version = (r).version,
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
       SET last_event = n.last_event, balance = n.balance, carry = n.carry,
           reserved_margin = n.reserved_margin
      FROM jsonb_to_recordset(p_accounts)
        AS n(id uuid, last_event bigint, balance numeric, carry numeric, reserved_margin numeric)
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
