DROP TABLE esim_data_usage;
DROP FUNCTION esim_data_usage_only_grows();
DROP TABLE esim_state_history;
DROP TABLE esims;
DROP TYPE iccid_check;
DROP TYPE profile_state;
DROP TYPE esim_status;
