-- Tickets with a question and an answer each. No staff is seeded, so the answers have no sender.
INSERT INTO support_tickets (id, ticket_number, user_id, subject, description, priority, status, category, resolved_at, closed_at, created_at, updated_at)
SELECT pg_temp.seed_id(12, n), 'MSR-' || n, pg_temp.seed_id(1, 1 + n % :users), 'The eSIM does not connect, no. ' || n, 'It is installed, but there is no network since this morning.',
       (ARRAY['low', 'medium', 'medium', 'high', 'urgent'])[1 + n % 5]::ticket_priority, (ARRAY['open', 'in_progress', 'resolved', 'closed'])[1 + n % 4]::ticket_status, 'technical',
       CASE WHEN n % 4 >= 2 THEN at + interval '5 hours' END, CASE WHEN n % 4 = 3 THEN at + interval '9 hours' END, at, at
  FROM (SELECT n, pg_temp.seed_time(n, :tickets, 300) AS at FROM generate_series(1, :tickets) AS n) AS timed;

INSERT INTO ticket_messages (id, ticket_id, sender_id, message, created_at)
SELECT pg_temp.seed_id(13, n * 2 + turn), pg_temp.seed_id(12, n), CASE turn WHEN 0 THEN pg_temp.seed_id(1, 1 + n % :users) END,
       (ARRAY['What can I do?', 'Please switch data roaming on, and off and on again.'])[1 + turn], pg_temp.seed_time(n, :tickets, 300) + turn * interval '1 hour'
  FROM generate_series(1, :tickets) AS n CROSS JOIN generate_series(0, 1) AS turn;
