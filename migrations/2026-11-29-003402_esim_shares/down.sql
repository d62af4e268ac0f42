DROP TABLE esim_shares;
