-- Ticks by time: what each LP quoted, the best of them, and what was not let through. One
-- partition a day; with TimescaleDB the same tables are hypertables (docs/how-to/import-history.md).

CREATE TABLE lp_tick (
    symbol text NOT NULL,
    lp text NOT NULL,
    lp_time timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    bid numeric NOT NULL,
    ask numeric NOT NULL,
    bid_size numeric NOT NULL,
    ask_size numeric NOT NULL
);
CREATE INDEX ON lp_tick (symbol, received_at);
CREATE INDEX ON lp_tick USING brin (received_at);

-- Before any markup. Imported ticks have epoch 0 and count from 0 within one instant.
CREATE TABLE bbo_tick (
    symbol text NOT NULL,
    time timestamptz NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    bid numeric,
    ask numeric,
    tradable boolean NOT NULL,
    reason text,
    PRIMARY KEY (symbol, time, epoch, seq)
);
CREATE INDEX ON bbo_tick USING brin (time);

CREATE TABLE quote_quarantine (
    symbol text NOT NULL,
    lp text NOT NULL,
    reason text NOT NULL,
    bid numeric,
    ask numeric,
    lp_time timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    raw text
);
CREATE INDEX ON quote_quarantine (symbol, received_at);
CREATE INDEX ON quote_quarantine USING brin (received_at);

-- One row for each transaction that wrote BBO ticks: which symbols, and within which times. Who
-- makes something of ticks reads this by `tx`, as the event log is read, and so finds late ones.
CREATE TABLE tick_batch (
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    written_at timestamptz NOT NULL,
    symbols text[] NOT NULL,
    earliest timestamptz[] NOT NULL,
    latest timestamptz[] NOT NULL,
    CHECK (cardinality(symbols) = cardinality(earliest)),
    CHECK (cardinality(symbols) = cardinality(latest))
);
CREATE INDEX ON tick_batch (tx);

-- Where the writer stands in each ring of Redis, and what it must know to go on from there;
-- written with the rows, so that each entry is written once.
CREATE TABLE tick_position (
    ring text PRIMARY KEY,
    entry text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    bid numeric,
    ask numeric,
    tradable boolean NOT NULL,
    lps text[] NOT NULL,
    received text[] NOT NULL,
    CHECK (cardinality(lps) = cardinality(received))
);

-- `keep` null keeps for ever; `compress_after` has an effect with TimescaleDB alone.
CREATE TABLE retention_policy (
    table_name text PRIMARY KEY,
    time_column text NOT NULL,
    segment_by text NOT NULL,
    keep interval CHECK (keep >= interval '1 day'),
    compress_after interval CHECK (compress_after >= interval '1 hour')
);
INSERT INTO retention_policy VALUES
    ('lp_tick', 'received_at', 'symbol, lp', '30 days', '2 days'),
    ('bbo_tick', 'time', 'symbol', NULL, '7 days'),
    ('quote_quarantine', 'received_at', 'symbol', '7 days', '1 day'),
    ('tick_batch', 'written_at', '', '2 days', NULL);

-- An extension that is there but must be preloaded would end the connection.
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions
                WHERE name = 'timescaledb' AND installed_version IS NULL)
        AND current_setting('shared_preload_libraries') LIKE '%timescaledb%'
    THEN
        CREATE EXTENSION timescaledb;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'this role may not install TimescaleDB: ticks use native partitions';
END $$;

DO $$
DECLARE
    policy retention_policy;
    scaled boolean := EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb');
BEGIN
    FOR policy IN SELECT * FROM retention_policy LOOP
        IF scaled THEN
            EXECUTE format('SELECT create_hypertable(%L, %L, create_default_indexes => false,
                chunk_time_interval => interval ''1 day'')', policy.table_name, policy.time_column);
            IF policy.compress_after IS NOT NULL THEN
                EXECUTE format('ALTER TABLE %I SET (timescaledb.compress,
                    timescaledb.compress_segmentby = %L, timescaledb.compress_orderby = %L)',
                    policy.table_name, policy.segment_by, policy.time_column);
            END IF;
        ELSE
            EXECUTE format('ALTER TABLE %I RENAME TO tick_shape', policy.table_name);
            EXECUTE format('CREATE TABLE %I (LIKE tick_shape INCLUDING ALL)
                PARTITION BY RANGE (%I)', policy.table_name, policy.time_column);
            DROP TABLE tick_shape;
        END IF;
    END LOOP;
END $$;

-- Makes the partition of one UTC day; false when it was there, and always with TimescaleDB.
-- A table is filled by the side and then attached, so that nobody who reads or writes waits.
CREATE FUNCTION market_data_partition(p_table text, p_day date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '500ms'
AS $$
DECLARE
    name text := p_table || '_' || to_char(p_day, 'YYYYMMDD');
BEGIN
    IF NOT EXISTS (SELECT FROM retention_policy WHERE table_name = p_table) THEN
        RAISE EXCEPTION '% is not a table of ticks', p_table;
    END IF;
    IF p_day NOT BETWEEN date '1970-01-01' AND date '2199-12-31' THEN
        RAISE EXCEPTION 'no partition for %', p_day;
    END IF;
    IF (SELECT relkind <> 'p' FROM pg_class WHERE oid = to_regclass(p_table)) THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(name, 0));
    IF to_regclass(name) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
        name, p_table);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        p_table, name, p_day::timestamp AT TIME ZONE 'UTC',
        (p_day + 1)::timestamp AT TIME ZONE 'UTC');
    RETURN true;
END $$;

-- Drops the oldest partition that its policy keeps no longer at `p_now`, if there is one, and
-- returns its name. With TimescaleDB the extension's own jobs do that.
CREATE FUNCTION market_data_drop_expired(p_table text, p_now timestamptz) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '500ms'
AS $$
DECLARE
    -- What of a partition's last moment is still kept keeps the whole partition.
    until date := (SELECT ((p_now - keep) AT TIME ZONE 'UTC')::date FROM retention_policy
                    WHERE table_name = p_table);
    name text;
BEGIN
    SELECT child.relname INTO name
      FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = to_regclass(p_table)
       AND EXISTS (SELECT FROM retention_policy WHERE table_name = p_table)
       AND child.relname ~ '_[0-9]{8}$'
       AND to_date(right(child.relname, 8), 'YYYYMMDD') < until
     ORDER BY child.relname LIMIT 1;
    IF name IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', p_table, name);
        EXECUTE format('DROP TABLE %I', name);
    END IF;
    RETURN name;
END $$;

-- Hands a changed policy to TimescaleDB; native retention reads the table itself.
CREATE FUNCTION market_data_policies() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
        RETURN NEW;
    END IF;
    PERFORM remove_retention_policy(NEW.table_name::regclass, if_exists => true);
    IF NEW.keep IS NOT NULL THEN
        PERFORM add_retention_policy(NEW.table_name::regclass, drop_after => NEW.keep);
    END IF;
    IF NEW.segment_by <> '' THEN
        PERFORM remove_compression_policy(NEW.table_name::regclass, if_exists => true);
        IF NEW.compress_after IS NOT NULL THEN
            PERFORM add_compression_policy(NEW.table_name::regclass,
                compress_after => NEW.compress_after);
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policies AFTER UPDATE ON retention_policy
    FOR EACH ROW EXECUTE FUNCTION market_data_policies();
UPDATE retention_policy SET keep = keep;

-- Ticks are written once and never changed; retention is the only way out.
REVOKE EXECUTE ON FUNCTION market_data_partition, market_data_drop_expired, market_data_policies
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION market_data_partition, market_data_drop_expired TO tw_pricing, tw_admin;
GRANT SELECT, INSERT ON lp_tick, bbo_tick, quote_quarantine, tick_batch TO tw_pricing, tw_admin;
GRANT SELECT, INSERT, UPDATE ON tick_position TO tw_pricing;
GRANT SELECT ON tick_position TO tw_admin;
GRANT SELECT ON retention_policy TO tw_pricing, tw_admin;
GRANT UPDATE (keep, compress_after) ON retention_policy TO tw_admin;

DO $$ BEGIN
    ASSERT market_data_partition('bbo_tick', '2012-02-01')
        = (SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass('bbo_tick'));
    INSERT INTO bbo_tick VALUES
        ('EURUSD', '2012-02-01T23:59:59.999999Z', 0, 0, 1.3, 1.4, true, NULL);
    ASSERT (SELECT count(*) FROM bbo_tick) = 1;
    DELETE FROM bbo_tick;
    UPDATE retention_policy SET keep = '1 day' WHERE table_name = 'bbo_tick';
    PERFORM market_data_drop_expired('bbo_tick', '2012-02-05Z');
    UPDATE retention_policy SET keep = NULL WHERE table_name = 'bbo_tick';
    ASSERT to_regclass('bbo_tick_20120201') IS NULL;
END $$;
