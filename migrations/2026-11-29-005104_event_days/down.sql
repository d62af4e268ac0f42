DROP TABLE event_changes;
DROP TABLE event_day_users;
DROP TABLE event_days;
