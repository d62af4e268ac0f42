DROP INDEX esims_iccid_ends_idx;
