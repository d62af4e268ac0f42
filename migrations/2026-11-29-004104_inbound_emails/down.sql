ALTER TABLE notifications DROP COLUMN headers;
DROP TABLE ticket_message_ids;
DROP TABLE inbound_emails;
DROP TYPE inbound_email_status;
