-- Trading and quoting sessions with the days that differ. Times are of the calendar's own zone, so
-- a change of summer time moves no session (docs/domain/sessions.md).

-- Null: quotes are taken in the trading sessions. A quoting session covers the trading ones in it.
ALTER TABLE calendar_version ADD COLUMN quoting jsonb;

-- {"date", "name", "open", "close"}: neither time closes the day, one of them cuts its sessions.
ALTER TABLE calendar_version ADD COLUMN special_days jsonb NOT NULL DEFAULT '[]';

ALTER TABLE calendar_version ADD COLUMN created_by uuid REFERENCES app_user;

CREATE INDEX instrument_version_planned ON instrument_version (effective_from);
CREATE INDEX calendar_version_planned ON calendar_version (effective_from);

DO $$ BEGIN
    ASSERT (SELECT count(*) FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = 'calendar_version'
               AND column_name IN ('quoting', 'special_days', 'created_by')) = 3;
    ASSERT has_table_privilege('tw_pricing', 'calendar_version', 'SELECT');
    ASSERT has_table_privilege('tw_admin', 'calendar_version', 'INSERT');
END $$;
