DROP TABLE gateway_checks;
