DROP TABLE system_settings;
DROP TYPE setting_data_type;
