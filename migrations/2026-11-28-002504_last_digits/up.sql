-- An ICCID is found by its last digits, which are printed on cards and read out on the phone.
CREATE INDEX CONCURRENTLY esims_iccid_ends_idx ON esims (reverse(iccid) text_pattern_ops);
