ALTER TABLE price_list_syncs
    DROP COLUMN new_count,
    DROP COLUMN changed_count,
    DROP COLUMN gone_count,
    DROP COLUMN unchanged_count,
    DROP COLUMN refused_count;
