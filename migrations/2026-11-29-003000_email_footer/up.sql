-- The setting has the name that the panel shows.
UPDATE system_settings SET key = 'emails.footer', category = 'emails' WHERE key = 'letters.footer';

-- The deduplication key of a case names the source of its finding.
UPDATE reconciliation_cases
    SET dedupe_key = left(dedupe_key, -5) || ':reported'
    WHERE dedupe_key LIKE '%:told';
