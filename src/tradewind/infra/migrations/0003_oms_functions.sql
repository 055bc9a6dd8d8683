-- The two statements of an order batch (docs/explanation/order-way.md). Plain text in, rows out;
-- all decisions are made by the caller between them.

-- Locks what is free of the given accounts, then reads everything a decision needs. Locking and
-- reading are separate statements on purpose: each takes a fresh snapshot, so the reads see what
-- the previous holder of the lock committed.
CREATE FUNCTION oms_lock_and_load(
    p_accounts uuid[], p_keys uuid[], p_client_accounts uuid[], p_client_order_ids text[],
    p_order_ids uuid[], p_tickets integer, p_now timestamptz, p_wait boolean
) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
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
                    SELECT json_agg(p) FROM (
                        SELECT p.id, p.ticket, p.symbol, p.side, p.quantity, p.open_price,
                               p.margin_notional, p.swap, p.stop_loss, p.take_profit, p.version,
                               p.opened_at, (
                                   SELECT json_agg(l) FROM (
                                       SELECT l.position_id, l.fill_id, l.book,
                                              l.book_rule_version, l.hedge_reference, l.quantity,
                                              l.remaining, l.opened_at
                                         FROM position_lot l
                                        WHERE l.account_id = p.account_id
                                          AND l.position_id = p.id AND l.remaining > 0
                                        ORDER BY l.opened_at, l.fill_id) l) AS lots
                          FROM trade_position p
                         WHERE p.account_id = a.id AND p.closed_at IS NULL
                         ORDER BY p.opened_at, p.id) p), '[]'),
                'orders', COALESCE((
                    SELECT json_agg(o) FROM (
                        SELECT o.* FROM trade_order o
                         WHERE o.account_id = a.id
                           AND (o.state NOT IN ('filled', 'cancelled', 'rejected')
                                OR o.id = ANY (p_order_ids))) o), '[]')))
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

-- Appends events and makes the rows they carry: what `p_row` says of an event's data. Raises when
-- a row was not in the version that the decision was made on.
CREATE FUNCTION oms_write(
    p_event_accounts uuid[], p_seqs bigint[], p_types text[], p_data jsonb[], p_rows text[],
    p_actors text[], p_causes text[], p_at timestamptz,
    p_accounts uuid[], p_last_events bigint[], p_balances numeric[], p_carries numeric[],
    p_reserved numeric[],
    p_keys uuid[], p_key_texts text[], p_key_users uuid[], p_key_accounts uuid[],
    p_key_hashes uuid[], p_key_statuses smallint[], p_key_codes text[], p_key_orders uuid[],
    p_key_events bigint[]
) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    expected bigint;
    changed bigint;
    fills jsonb[];
    lots jsonb[];
    postings jsonb[];
    replaced jsonb[];
BEGIN
    INSERT INTO account_event (account_id, seq, type, data, actor, cause, at)
    SELECT e.account_id, e.seq, e.type, e.data, e.actor, e.cause, p_at
      FROM unnest(p_event_accounts, p_seqs, p_types, p_data, p_actors, p_causes)
        AS e(account_id, seq, type, data, actor, cause);

    INSERT INTO trade_order
    SELECT r.* FROM unnest(p_rows, p_data) AS e(row, data),
           jsonb_populate_record(NULL::trade_order, e.data) AS r
     WHERE e.row = 'order';
    INSERT INTO trade_position
    SELECT r.* FROM unnest(p_rows, p_data) AS e(row, data),
           jsonb_populate_record(NULL::trade_position, e.data) AS r
     WHERE e.row = 'position';

    SELECT array_agg(e.data) INTO replaced FROM unnest(p_rows, p_data) AS e(row, data)
     WHERE e.row = 'order*';
    IF replaced IS NOT NULL THEN
        UPDATE trade_order o
           SET quantity = r.quantity, filled_quantity = r.filled_quantity,
               average_price = r.average_price, limit_price = r.limit_price,
               stop_price = r.stop_price, stop_loss = r.stop_loss, take_profit = r.take_profit,
               trailing_stop = r.trailing_stop, expires_at = r.expires_at,
               position_id = r.position_id, state = r.state, reject_code = r.reject_code,
               reject_message = r.reject_message, end_code = r.end_code,
               end_message = r.end_message, version = r.version,
               cancel_requested = r.cancel_requested, reserved_margin = r.reserved_margin,
               last_event = r.last_event, updated_at = r.updated_at
          FROM unnest(replaced) AS e(data),
               jsonb_populate_record(NULL::trade_order, e.data) AS r
         WHERE o.account_id = r.account_id AND o.id = r.id AND o.version = r.version - 1;
        GET DIAGNOSTICS changed = ROW_COUNT;
        ASSERT changed = cardinality(replaced), 'an order was not in the expected version';
    END IF;

    -- One batch may change a position, and so a lot, more than once: the last event holds.
    SELECT array_agg(s.data) INTO replaced FROM (
        SELECT DISTINCT ON (e.data ->> 'account_id', e.data ->> 'id') e.data
          FROM unnest(p_rows, p_data) WITH ORDINALITY AS e(row, data, n)
         WHERE e.row = 'position*'
         ORDER BY e.data ->> 'account_id', e.data ->> 'id', e.n DESC) s;
    IF replaced IS NOT NULL THEN
        UPDATE trade_position p
           SET quantity = r.quantity, open_price = r.open_price,
               margin_notional = r.margin_notional, swap = r.swap, stop_loss = r.stop_loss,
               take_profit = r.take_profit, version = r.version, updated_at = r.updated_at,
               closed_at = r.closed_at
          FROM unnest(replaced) AS e(data),
               jsonb_populate_record(NULL::trade_position, e.data) AS r
         WHERE p.account_id = r.account_id AND p.id = r.id AND p.version < r.version;
        GET DIAGNOSTICS changed = ROW_COUNT;
        ASSERT changed = cardinality(replaced), 'a position was not in the expected version';
    END IF;

    SELECT array_agg(e.data -> 'fill') INTO fills FROM unnest(p_types, p_data) AS e(type, data)
     WHERE e.type IN ('order.filled', 'order.partially_filled');
    INSERT INTO fill
    SELECT r.* FROM unnest(fills) AS e(data), jsonb_populate_record(NULL::fill, e.data) AS r;

    SELECT array_agg(s.lot) INTO lots FROM (
        SELECT DISTINCT ON (l ->> 'account_id', l ->> 'position_id', l ->> 'fill_id') l AS lot
          FROM unnest(p_types, p_data) WITH ORDINALITY AS e(type, data, n),
               jsonb_array_elements(e.data -> 'lots') AS l
         WHERE e.type LIKE 'position.%'
         ORDER BY l ->> 'account_id', l ->> 'position_id', l ->> 'fill_id', e.n DESC) s;
    INSERT INTO position_lot
    SELECT r.* FROM unnest(lots) AS e(data), jsonb_populate_record(NULL::position_lot, e.data) AS r
        ON CONFLICT (account_id, position_id, fill_id)
        DO UPDATE SET quantity = excluded.quantity, remaining = excluded.remaining;

    SELECT array_agg(p) INTO postings
      FROM unnest(p_types, p_data) AS e(type, data), jsonb_array_elements(e.data -> 'postings') AS p
     WHERE e.type = 'ledger.posted';
    IF postings IS NOT NULL THEN
        INSERT INTO ledger_posting
        SELECT r.* FROM unnest(postings) AS e(data),
               jsonb_populate_record(NULL::ledger_posting, e.data) AS r;
    END IF;

    UPDATE account a
       SET last_event = n.last_event, balance = n.balance, carry = n.carry,
           reserved_margin = n.reserved
      FROM unnest(p_accounts, p_last_events, p_balances, p_carries, p_reserved)
        AS n(id, last_event, balance, carry, reserved)
     WHERE a.id = n.id;
    GET DIAGNOSTICS changed = ROW_COUNT;
    expected := cardinality(p_accounts);
    ASSERT changed = expected, 'an account is missing';

    INSERT INTO idempotency_key (id, key, user_id, account_id, body_hash, status, code, order_id,
                                 event, created_at)
    SELECT k.id, k.key, k.user_id, k.account_id, k.body_hash, k.status, k.code, k.order_id,
           k.event, p_at
      FROM unnest(p_keys, p_key_texts, p_key_users, p_key_accounts, p_key_hashes, p_key_statuses,
                  p_key_codes, p_key_orders, p_key_events)
        AS k(id, key, user_id, account_id, body_hash, status, code, order_id, event);
END $$;
