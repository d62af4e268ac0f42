-- Notifications of staff in the panel. Their event and their ticket are columns, because the panel links them.

ALTER TABLE notifications
    ADD COLUMN event     VARCHAR(60),
    ADD COLUMN ticket_id UUID REFERENCES support_tickets (id),
    ADD CONSTRAINT notifications_in_app_has_an_event CHECK (type <> 'in_app' OR event IS NOT NULL);
CREATE INDEX notifications_ticket_id_idx ON notifications (ticket_id);
CREATE INDEX notifications_unread_idx ON notifications (user_id, created_at) WHERE type = 'in_app' AND read_at IS NULL;
