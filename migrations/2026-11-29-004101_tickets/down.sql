DROP INDEX support_tickets_resolved_idx;
DROP INDEX support_tickets_closed_idx;
DROP TABLE ticket_ratings;
DROP TABLE ticket_presence;
DROP TABLE ticket_attachments;

ALTER TABLE ticket_messages
    ALTER COLUMN message TYPE TEXT USING encode(message, 'base64'),
    DROP COLUMN mentions,
    DROP COLUMN search_tokens,
    DROP COLUMN channel;

ALTER TABLE support_tickets
    DROP COLUMN priority_rank,
    DROP COLUMN last_message_at,
    DROP COLUMN next_due_at,
    DROP COLUMN waiting_since,
    DROP COLUMN follows_id,
    DROP COLUMN merged_into_id,
    DROP COLUMN search_tokens,
    DROP COLUMN tags,
    DROP COLUMN channel,
    DROP COLUMN order_id,
    ALTER COLUMN description TYPE TEXT USING encode(description, 'base64'),
    ALTER COLUMN subject TYPE VARCHAR(255) USING left(encode(subject, 'base64'), 255),
    ALTER COLUMN ticket_number SET DEFAULT 'TKT-' || nextval('ticket_number_seq');
DROP FUNCTION next_ticket_number();
ALTER SEQUENCE ticket_number_seq OWNED BY support_tickets.ticket_number START 100001 RESTART;
DROP TYPE ticket_channel;
