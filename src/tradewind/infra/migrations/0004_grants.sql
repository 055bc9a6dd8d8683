-- Least privilege: each process connects as the role of its work. Append-only tables get INSERT
-- and SELECT, nothing more; nobody but the owner can change history.

GRANT USAGE ON SCHEMA public TO tw_oms, tw_read, tw_auth, tw_pricing, tw_admin;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;

GRANT SELECT ON legal_entity, installation, currency, calendar_version, instrument,
    instrument_version, account_group, group_version, markup_rule, liquidity_provider,
    config_version TO tw_oms, tw_read, tw_pricing, tw_admin;

GRANT SELECT ON account, account_assignment, account_hold, kill_switch, exposure_cap TO tw_oms;
GRANT UPDATE (last_event, balance, credit, carry, reserved_margin) ON account TO tw_oms;
GRANT SELECT, INSERT ON trade_order, trade_position, position_lot TO tw_oms;
GRANT UPDATE (quantity, filled_quantity, average_price, limit_price, stop_price, stop_loss,
    take_profit, trailing_stop, expires_at, position_id, state, reject_code, reject_message,
    end_code, end_message, version, cancel_requested, reserved_margin, last_event, updated_at)
    ON trade_order TO tw_oms;
GRANT UPDATE (quantity, open_price, margin_notional, swap, stop_loss, take_profit, version,
    updated_at, closed_at) ON trade_position TO tw_oms;
GRANT UPDATE (quantity, remaining) ON position_lot TO tw_oms;
GRANT UPDATE (net) ON exposure_cap TO tw_oms;
GRANT SELECT, INSERT ON fill, ledger_posting, account_event, idempotency_key TO tw_oms;
GRANT USAGE ON SEQUENCE ticket TO tw_oms;
GRANT EXECUTE ON FUNCTION oms_lock_and_load, oms_write TO tw_oms;
GRANT SELECT, INSERT, UPDATE ON lease TO tw_oms, tw_pricing, tw_admin;

GRANT SELECT ON app_user, user_role, refresh_family, account_hold, account TO tw_auth;
GRANT INSERT ON refresh_family, login_failure TO tw_auth;
GRANT UPDATE (generation, token_hash, previous_hash, rotated_at, revoked_at, revoked_reason)
    ON refresh_family TO tw_auth;
GRANT SELECT, DELETE ON login_failure TO tw_auth;

GRANT SELECT, INSERT ON legal_entity, installation, currency, calendar_version, instrument,
    instrument_version, account_group, group_version, markup_rule, liquidity_provider,
    app_user, user_role, account, account_assignment, account_hold, kill_switch, exposure_cap,
    config_version, audit, account_event, ledger_posting TO tw_admin;
GRANT UPDATE (version) ON config_version TO tw_admin;
GRANT UPDATE (status, password_hash, password_changed_at) ON app_user TO tw_admin;
GRANT UPDATE (status, status_actor, status_at, last_event, balance) ON account TO tw_admin;
GRANT UPDATE (priority, enabled) ON liquidity_provider TO tw_admin;
GRANT DELETE ON user_role, kill_switch TO tw_admin;
GRANT UPDATE (revoked_at, revoked_reason) ON refresh_family TO tw_admin;
GRANT SELECT ON refresh_family, idempotency_key TO tw_admin;
GRANT DELETE ON idempotency_key TO tw_admin;

-- Clients read through tw_read, which sees the rows of `tw.user_id` and, unset, none.
GRANT SELECT ON account, account_assignment, trade_order, trade_position, position_lot, fill,
    ledger_posting, account_event, order_transition, idempotency_key TO tw_read;

CREATE FUNCTION reading_user() RETURNS uuid LANGUAGE sql STABLE AS
    $$ SELECT NULLIF(current_setting('tw.user_id', true), '')::uuid $$;
GRANT EXECUTE ON FUNCTION reading_user TO PUBLIC;

DO $$
DECLARE name text;
BEGIN
    ALTER TABLE account ENABLE ROW LEVEL SECURITY;
    ALTER TABLE account FORCE ROW LEVEL SECURITY;
    CREATE POLICY own_rows ON account FOR SELECT TO tw_read USING (user_id = (SELECT reading_user()));
    CREATE POLICY all_rows ON account TO tw_oms, tw_admin, tw_auth, tw_migrate USING (true);
    FOREACH name IN ARRAY ARRAY['account_assignment', 'trade_order', 'trade_position',
        'position_lot', 'fill', 'ledger_posting', 'account_event', 'idempotency_key']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY own_rows ON %I FOR SELECT TO tw_read USING
            (account_id IN (SELECT id FROM account WHERE user_id = (SELECT reading_user())))', name);
        EXECUTE format('CREATE POLICY all_rows ON %I TO tw_oms, tw_admin, tw_migrate
            USING (true)', name);
    END LOOP;
END $$;
