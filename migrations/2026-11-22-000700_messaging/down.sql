DROP TABLE notifications;
DROP TABLE email_templates;
DROP TYPE notification_status;
DROP TYPE notification_type;
DROP TYPE template_type;
