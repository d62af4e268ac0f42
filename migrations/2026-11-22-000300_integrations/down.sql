DROP TABLE plan_provider_offers;
DROP TABLE data_providers;
DROP TABLE twilio_config;
DROP TYPE twilio_auth_mode;
DROP TYPE provider_adapter;
