-- What a comparison found, counted once: its rows are too many to be read for every line of a list.
ALTER TABLE price_list_syncs
    ADD COLUMN new_count       INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN changed_count   INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN gone_count      INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN unchanged_count INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN refused_count   INTEGER NOT NULL DEFAULT 0;
