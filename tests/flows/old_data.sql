-- A small broker as it was kept after the second migration: what a data folder of that age holds.
-- It stays as it is: old data folders do not change either.

INSERT INTO currency VALUES ('USD', 2), ('EUR', 2);
INSERT INTO legal_entity VALUES
    ('01a00000-0000-7000-8000-000000000001', 'old', 'Old Broker', 'USD');
INSERT INTO installation (environment, installed_at) VALUES ('demo', '2026-01-05T08:00:00Z');
INSERT INTO calendar_version VALUES ('always', 1, '2026-01-05T08:00:00Z', 'UTC',
    '[{"day": "monday", "open": "00:00", "close": "24:00"},
      {"day": "tuesday", "open": "00:00", "close": "24:00"},
      {"day": "wednesday", "open": "00:00", "close": "24:00"},
      {"day": "thursday", "open": "00:00", "close": "24:00"},
      {"day": "friday", "open": "00:00", "close": "24:00"},
      {"day": "saturday", "open": "00:00", "close": "24:00"},
      {"day": "sunday", "open": "00:00", "close": "24:00"}]');
INSERT INTO instrument VALUES
    ('EURUSD', 'Euro / US Dollar', 'fx', 'fx_major', 'EUR', 'USD');
INSERT INTO instrument_version (symbol, version, effective_from, price_precision, pip,
        contract_size, quantity_min, quantity_step, quantity_max, instant_quantity_max,
        margin_rate, extend_last_level, calendar, trade_mode, settlement_lag, day_count,
        quote_age_ms_max, lp_symbols) VALUES
    ('EURUSD', 1, '2026-01-05T08:00:00Z', 5, 0.0001, 100000, 1000, 1000, 10000000, 1000000,
        0.02, true, 'always', 'full', 2, 360, 60000, '{"lp-one": "EURUSD", "lp-two": "EURUSD"}');
INSERT INTO account_group VALUES
    ('01a00000-0000-7000-8000-000000000011', '01a00000-0000-7000-8000-000000000001',
        'plain', 'Plain');
INSERT INTO group_version (group_id, version, effective_from, execution_mode, book, leverage_cap,
        margin_call_level, stop_out_level, commission_kind) VALUES
    ('01a00000-0000-7000-8000-000000000011', 1, '2026-01-05T08:00:00Z', 'market', 'B', 30, 100,
        50, 'none');
INSERT INTO markup_rule (group_id, version, effective_from, bid_points, ask_points) VALUES
    ('01a00000-0000-7000-8000-000000000011', 1, '2026-01-05T08:00:00Z', 3, 3);
INSERT INTO liquidity_provider VALUES
    ('lp-one', '01a00000-0000-7000-8000-000000000001', 'LP One', 'demo', 1, true),
    ('lp-two', '01a00000-0000-7000-8000-000000000001', 'LP Two', 'demo', 2, true);
INSERT INTO app_user VALUES
    ('01a00000-0000-7000-8000-000000000021', '01a00000-0000-7000-8000-000000000001',
        'old@example.com', 'Old Client', 'lost', 'active', '2026-01-05T08:00:00Z',
        '2026-01-05T08:00:00Z');
INSERT INTO user_role VALUES
    ('01a00000-0000-7000-8000-000000000021', 'client', NULL, '2026-01-05T08:00:00Z');
INSERT INTO account (id, number, entity_id, user_id, currency, position_mode, status, status_actor,
        status_at, last_event, balance, created_at) VALUES
    ('01a00000-0000-7000-8000-000000000031', 100001, '01a00000-0000-7000-8000-000000000001',
        '01a00000-0000-7000-8000-000000000021', 'USD', 'netting', 'active', 'system',
        '2026-01-05T08:00:00Z', 2, 2500.75, '2026-01-05T08:00:00Z');
INSERT INTO account_assignment VALUES
    ('01a00000-0000-7000-8000-000000000031', 'group', '2026-01-05T08:00:00Z', 1,
        '01a00000-0000-7000-8000-000000000011', 'system'),
    ('01a00000-0000-7000-8000-000000000031', 'leverage', '2026-01-05T08:00:00Z', 1, '30', 'system');
INSERT INTO ledger_posting (account_id, id, transaction_id, entity_id, event, type, source,
        destination, currency, amount, balance_after, trade_date, time) VALUES
    ('01a00000-0000-7000-8000-000000000031', '01a00000-0000-7000-8000-000000000041',
        '01a00000-0000-7000-8000-000000000042', '01a00000-0000-7000-8000-000000000001', 2,
        'deposit', 'house:equity', 'client:01a00000-0000-7000-8000-000000000031', 'USD', 2500.75,
        2500.75, '2026-01-05', '2026-01-05T08:00:00Z');
INSERT INTO account_event (account_id, seq, type, data, actor, at)
SELECT id, 1, 'account.changed', to_jsonb(a) || '{"balance": "0", "last_event": 1}', 'system',
       created_at FROM account a;
INSERT INTO account_event (account_id, seq, type, data, actor, at)
SELECT account_id, event, 'ledger.posted',
       jsonb_build_object('transaction_id', transaction_id, 'balance', amount, 'carry', 0,
                          'postings', jsonb_build_array(to_jsonb(p))), 'system', time
  FROM ledger_posting p;
