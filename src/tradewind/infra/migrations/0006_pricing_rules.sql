-- How quotes are filtered and marked up.

-- What stands in a tick is the number of the rule that made the price: `id`, unique for ever.
-- A rule of a symbol wins over one of its asset class, that over the group's default.
ALTER TABLE markup_rule
    ADD COLUMN id integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    ADD COLUMN asset_class text CHECK (asset_class IN ('fx', 'metal', 'index', 'crypto')),
    ADD COLUMN kind text NOT NULL DEFAULT 'points'
        CHECK (kind IN ('points', 'spread', 'percent')),
    ADD COLUMN target_spread numeric CHECK (target_spread >= 0),
    ADD COLUMN percent numeric CHECK (percent BETWEEN 0 AND 100),
    ADD COLUMN min_spread numeric CHECK (min_spread >= 0),
    ADD COLUMN max_spread numeric CHECK (max_spread >= 0),
    ADD CHECK (symbol IS NULL OR asset_class IS NULL),
    ADD CHECK (kind = 'points' OR (bid_points = 0 AND ask_points = 0)),
    ADD CHECK ((kind = 'spread') = (target_spread IS NOT NULL)),
    ADD CHECK ((kind = 'percent') = (percent IS NOT NULL)),
    ADD CHECK (min_spread <= max_spread),
    ALTER COLUMN bid_points SET DEFAULT 0,
    ALTER COLUMN ask_points SET DEFAULT 0,
    DROP CONSTRAINT markup_rule_group_id_symbol_version_key,
    ADD UNIQUE NULLS NOT DISTINCT (group_id, symbol, asset_class, version);

-- `depth` is how many levels a side are asked for; 1 is the top of the book. `symbol_map` holds
-- the LP's names that differ from those in `instrument_version.lp_symbols`, by our symbol; null
-- there means that this LP does not quote it. A replaying LP's times are those of a recording.
ALTER TABLE liquidity_provider
    ADD COLUMN depth smallint NOT NULL DEFAULT 10 CHECK (depth BETWEEN 1 AND 50),
    ADD COLUMN symbol_map jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(symbol_map) = 'object'),
    ADD COLUMN replay boolean NOT NULL DEFAULT false,
    ADD CHECK (NOT replay OR environment = 'demo');
GRANT UPDATE (depth, symbol_map, replay) ON liquidity_provider TO tw_admin;

-- Which quotes pass. Bands are shares of the price (0.005 is 0.5 %), never narrower than
-- `band_floor_points`; a symbol's row replaces that of its asset class whole.
CREATE TABLE quote_filter (
    asset_class text CHECK (asset_class IN ('fx', 'metal', 'index', 'crypto')),
    symbol text REFERENCES instrument,
    version integer NOT NULL,
    effective_from timestamptz NOT NULL,
    soft_band numeric NOT NULL CHECK (soft_band > 0),
    hard_band numeric NOT NULL DEFAULT 0.1,
    band_floor_points numeric NOT NULL DEFAULT 10 CHECK (band_floor_points >= 0),
    confirm_ticks smallint NOT NULL DEFAULT 3 CHECK (confirm_ticks BETWEEN 2 AND 100),
    future_ms_max integer NOT NULL DEFAULT 2000 CHECK (future_ms_max >= 0),
    late_ms_max integer NOT NULL DEFAULT 5000 CHECK (late_ms_max > 0),
    -- Null: a price that does not change is nothing unusual.
    frozen_ms_max integer DEFAULT 60000 CHECK (frozen_ms_max > 0),
    warm_up_ticks smallint NOT NULL DEFAULT 3 CHECK (warm_up_ticks BETWEEN 1 AND 100),
    warm_up_ms_max integer NOT NULL DEFAULT 10000 CHECK (warm_up_ms_max > 0),
    normal_spread numeric NOT NULL CHECK (normal_spread > 0),
    warm_up_spread_factor numeric NOT NULL DEFAULT 10 CHECK (warm_up_spread_factor >= 1),
    created_by uuid REFERENCES app_user,
    CHECK ((asset_class IS NULL) <> (symbol IS NULL)),
    CHECK (hard_band > soft_band AND hard_band < 1),
    UNIQUE NULLS NOT DISTINCT (asset_class, symbol, version)
);

INSERT INTO quote_filter (asset_class, version, effective_from, soft_band, normal_spread)
VALUES ('fx', 1, 'epoch', 0.005, 0.0002),
       ('metal', 1, 'epoch', 0.005, 0.0003),
       ('index', 1, 'epoch', 0.005, 0.0003),
       ('crypto', 1, 'epoch', 0.01, 0.001);

-- An administrator's word that a price beyond the hard band is real: from `at` on the symbol is
-- judged anew by what its LPs send.
CREATE TABLE quote_rebase (
    symbol text NOT NULL REFERENCES instrument,
    at timestamptz NOT NULL,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 300),
    created_by uuid REFERENCES app_user,
    PRIMARY KEY (symbol, at)
);

GRANT SELECT ON quote_filter, quote_rebase TO tw_oms, tw_read, tw_pricing, tw_admin;
GRANT INSERT ON quote_filter, quote_rebase TO tw_admin;

DO $$ BEGIN
    ASSERT (SELECT count(*) FROM quote_filter WHERE symbol IS NULL) = 4;
    ASSERT (SELECT bool_and(kind = 'points' AND id IS NOT NULL) IS NOT FALSE FROM markup_rule);
    ASSERT (SELECT bool_and(depth = 10 AND NOT replay) IS NOT FALSE FROM liquidity_provider);
END $$;
