UPDATE reconciliation_cases
    SET dedupe_key = left(dedupe_key, -9) || ':told'
    WHERE dedupe_key LIKE '%:reported';

UPDATE system_settings SET key = 'letters.footer', category = 'letters' WHERE key = 'emails.footer';
