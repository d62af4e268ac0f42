DROP TABLE knowledge_base;
DROP TABLE ticket_messages;
DROP TABLE support_tickets;
DROP TYPE ticket_status;
DROP TYPE ticket_priority;
