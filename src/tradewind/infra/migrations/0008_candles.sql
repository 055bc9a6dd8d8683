-- Candles made from the tick store, or imported, before any markup (docs/domain/candles.md). One
-- partition a month; with TimescaleDB the same table is a hypertable.

CREATE TABLE candle (
    symbol text NOT NULL,
    interval text NOT NULL CHECK (interval IN
        ('1s', '1m', '5m', '15m', '30m', '1h', '4h', '1d', '1w', '1M')),
    time timestamptz NOT NULL,
    bid_open numeric NOT NULL,
    bid_high numeric NOT NULL,
    bid_low numeric NOT NULL,
    bid_close numeric NOT NULL,
    ask_open numeric NOT NULL,
    ask_high numeric NOT NULL,
    ask_low numeric NOT NULL,
    ask_close numeric NOT NULL,
    mid_open numeric NOT NULL,
    mid_high numeric NOT NULL,
    mid_low numeric NOT NULL,
    mid_close numeric NOT NULL,
    ticks bigint NOT NULL CHECK (ticks >= 0),
    -- How often it changed after it had ended.
    revision integer NOT NULL DEFAULT 0,
    -- Given from outside, or folded from such.
    imported boolean NOT NULL DEFAULT false,
    PRIMARY KEY (symbol, interval, time),
    CHECK (bid_low <= least(bid_open, bid_close) AND bid_high >= greatest(bid_open, bid_close)),
    CHECK (ask_low <= least(ask_open, ask_close) AND ask_high >= greatest(ask_open, ask_close)),
    CHECK (mid_low <= least(mid_open, mid_close) AND mid_high >= greatest(mid_open, mid_close))
);

-- How far each symbol's candles have come: its latest tick, when that was made part of them, and
-- pricing's numbers of it. From here on the symbol's time goes on as the clock does.
CREATE TABLE candle_clock (
    symbol text PRIMARY KEY,
    time timestamptz NOT NULL,
    arrived_at timestamptz NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL
);

-- Where the job stands among the tick store's batches; one row, locked by whoever works.
CREATE TABLE candle_position (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    next_start bigint NOT NULL
);
INSERT INTO candle_position (next_start) VALUES (0);

-- Times whose candles have to be made anew, oldest first; a row goes with the making.
CREATE TABLE candle_work (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    symbol text NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    CHECK (since < until)
);

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
        PERFORM create_hypertable('candle', 'time', create_default_indexes => false,
            chunk_time_interval => interval '30 days');
    ELSE
        ALTER TABLE candle RENAME TO candle_shape;
        CREATE TABLE candle (LIKE candle_shape INCLUDING ALL) PARTITION BY RANGE (time);
        DROP TABLE candle_shape;
    END IF;
END $$;

-- A trade date begins at 17:00 New York of the day before; 17:00 never happens twice.
CREATE FUNCTION trade_day_start(at timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (date_trunc('day', at AT TIME ZONE 'America/New_York' + interval '7 hours')
        - interval '7 hours') AT TIME ZONE 'America/New_York';

-- core/candles.py says the same; a test holds the two together.
CREATE FUNCTION candle_start(step text, at timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE step
        WHEN '1s' THEN date_trunc('second', at)
        WHEN '1m' THEN date_bin('1 minute', at, timestamptz '1970-01-01Z')
        WHEN '5m' THEN date_bin('5 minutes', at, timestamptz '1970-01-01Z')
        WHEN '15m' THEN date_bin('15 minutes', at, timestamptz '1970-01-01Z')
        WHEN '30m' THEN date_bin('30 minutes', at, timestamptz '1970-01-01Z')
        WHEN '1h' THEN date_bin('1 hour', at, timestamptz '1970-01-01Z')
        WHEN '4h' THEN date_bin('4 hours', at, trade_day_start(at))
        WHEN '1d' THEN trade_day_start(at)
        WHEN '1w' THEN (date_trunc('week', at AT TIME ZONE 'America/New_York' + interval '7 hours')
            - interval '7 hours') AT TIME ZONE 'America/New_York'
        WHEN '1M' THEN (date_trunc('month', at AT TIME ZONE 'America/New_York' + interval '7 hours')
            - interval '7 hours') AT TIME ZONE 'America/New_York'
    END;

-- The first instant after the candle that begins at p_start.
CREATE FUNCTION candle_end(step text, p_start timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE step
        WHEN '1s' THEN p_start + interval '1 second'
        WHEN '1m' THEN p_start + interval '1 minute'
        WHEN '5m' THEN p_start + interval '5 minutes'
        WHEN '15m' THEN p_start + interval '15 minutes'
        WHEN '30m' THEN p_start + interval '30 minutes'
        WHEN '1h' THEN p_start + interval '1 hour'
        WHEN '4h' THEN least(p_start + interval '4 hours',
            trade_day_start(trade_day_start(p_start) + interval '30 hours'))
        WHEN '1d' THEN trade_day_start(p_start + interval '30 hours')
        WHEN '1w' THEN trade_day_start(p_start + interval '174 hours')
        WHEN '1M' THEN candle_start('1M', p_start + interval '32 days')
    END;

-- Makes the partitions of the UTC months from p_since until p_until, as far as they are missing.
-- Each is made by the side and then attached, so that nobody who reads waits.
CREATE FUNCTION candle_partitions(p_since timestamptz, p_until timestamptz) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    month timestamp;
    name text;
    made integer := 0;
BEGIN
    IF p_since < '1970-01-01Z' OR p_until > '2200-01-01Z' THEN
        RAISE EXCEPTION 'no partition for % to %', p_since, p_until;
    END IF;
    IF (SELECT relkind <> 'p' FROM pg_class WHERE oid = to_regclass('candle')) THEN
        RETURN 0;
    END IF;
    FOR month IN SELECT generate_series(date_trunc('month', p_since AT TIME ZONE 'UTC'),
                                        p_until AT TIME ZONE 'UTC', interval '1 month') LOOP
        name := 'candle_' || to_char(month, 'YYYYMM');
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        PERFORM pg_advisory_xact_lock(hashtextextended(name, 0));
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE candle INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
            name);
        EXECUTE format('ALTER TABLE candle ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name,
            month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

REVOKE EXECUTE ON FUNCTION candle_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION candle_partitions TO tw_pricing, tw_admin;
GRANT EXECUTE ON FUNCTION trade_day_start, candle_start, candle_end TO PUBLIC;
GRANT SELECT ON candle, candle_clock TO tw_read, tw_pricing, tw_admin;
GRANT INSERT, UPDATE ON candle, candle_clock TO tw_pricing, tw_admin;
GRANT SELECT, UPDATE ON candle_position TO tw_pricing, tw_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON candle_work TO tw_pricing, tw_admin;

DO $$ BEGIN
    -- New York was 5 hours behind until 2020-03-08 and 4 from then on.
    ASSERT candle_start('1d', '2020-03-06T22:00:00Z') = timestamptz '2020-03-06T22:00:00Z';
    ASSERT candle_start('1d', '2020-03-09T21:30:00Z') = timestamptz '2020-03-09T21:00:00Z';
    ASSERT candle_start('1w', '2020-03-12T12:00:00Z') = timestamptz '2020-03-08T21:00:00Z';
    ASSERT candle_end('4h', '2020-03-08T18:00:00Z') = timestamptz '2020-03-08T21:00:00Z';
    ASSERT candle_end('1M', '2020-02-29T22:00:00Z') = timestamptz '2020-03-31T21:00:00Z';
    ASSERT candle_partitions('2012-01-31T22:00:00Z', '2012-02-01T00:00:00Z')
        = (SELECT CASE relkind WHEN 'p' THEN 2 ELSE 0 END FROM pg_class
            WHERE oid = to_regclass('candle'));
    INSERT INTO candle VALUES ('EURUSD', '1d', '2012-01-31T22:00:00Z',
        1, 1, 1, 1, 2, 2, 2, 2, 1.5, 1.5, 1.5, 1.5, 1);
    ASSERT (SELECT revision FROM candle) = 0;
    DELETE FROM candle;
END $$;
