DROP INDEX notifications_unread_idx;
DROP INDEX notifications_ticket_id_idx;
ALTER TABLE notifications
    DROP CONSTRAINT notifications_in_app_has_an_event,
    DROP COLUMN ticket_id,
    DROP COLUMN event;
