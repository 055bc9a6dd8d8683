-- Receipts: staff look a fill up by its id alone.

-- Ids grow with time, as the table does: a range of pages is found without an entry a row.
CREATE INDEX fill_id ON fill USING brin (id) WITH (autosummarize = on);

DO $$ BEGIN
    ASSERT has_table_privilege('tw_admin', 'trade_order', 'SELECT');
    ASSERT has_table_privilege('tw_admin', 'fill', 'SELECT');
    ASSERT NOT has_table_privilege('tw_admin', 'fill', 'INSERT');
END $$;
