-- Which documents prove an identity is a setting that was not read before: everybody's standing is looked at once.
INSERT INTO jobs (id, kind, payload, unique_key)
    SELECT gen_random_uuid(), 'kyc.reassess', '{"version": 0, "after": null}', 'kyc.reassess:0:'
    WHERE EXISTS (SELECT FROM kyc_documents);
