DROP TABLE ticket_rules;
DROP TABLE ticket_macros;
