-- Risk: margin models, and what is decided when margin runs out.

-- The rules of a group's supervisor, and what it allows on one symbol or asset class. Tiers and
-- rules are part of the version they stand in: [{"above", "rate"}], rising in both, and
-- [{"symbol" or "asset_class", "leverage"}].
ALTER TABLE group_version
    ADD COLUMN regime text NOT NULL DEFAULT 'offshore'
        CHECK (regime IN ('retail_esma', 'professional', 'offshore')),
    ADD COLUMN leverage_rules jsonb NOT NULL DEFAULT '[]'
        CHECK (jsonb_typeof(leverage_rules) = 'array'),
    ADD CHECK (regime <> 'retail_esma' OR stop_out_level >= 50);
ALTER TABLE instrument_version
    ADD COLUMN margin_tiers jsonb NOT NULL DEFAULT '[]'
        CHECK (jsonb_typeof(margin_tiers) = 'array');

-- Margin calls and stop-outs: which position closes first, and since when a call stands.
ALTER TABLE group_version
    ADD COLUMN liquidation text NOT NULL DEFAULT 'largest_loss'
        CHECK (liquidation IN ('largest_loss', 'oldest'));
ALTER TABLE account ADD COLUMN margin_called_at timestamptz;
GRANT UPDATE (margin_called_at) ON account TO tw_oms;

DO $$ BEGIN
    ASSERT (SELECT bool_and(regime = 'offshore' AND leverage_rules = '[]') IS NOT FALSE
              FROM group_version);
    ASSERT (SELECT bool_and(margin_tiers = '[]') IS NOT FALSE FROM instrument_version);
    ASSERT (SELECT bool_and(has_table_privilege(r, t, 'SELECT'))
              FROM unnest('{tw_oms,tw_read,tw_pricing,tw_admin}'::text[]) AS r,
                   unnest('{group_version,instrument_version}'::text[]) AS t);
    ASSERT has_column_privilege('tw_oms', 'account', 'margin_called_at', 'UPDATE');
    ASSERT NOT has_column_privilege('tw_admin', 'account', 'margin_called_at', 'UPDATE');
END $$;
