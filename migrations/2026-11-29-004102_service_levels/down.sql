DROP TABLE ticket_clocks;
DROP TABLE sla_policies;
