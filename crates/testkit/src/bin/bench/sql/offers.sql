-- A provider for every plan, so that nothing is sold out. It is never asked: no job runs.
INSERT INTO data_providers (id, name, adapter, api_endpoint, api_key_encrypted)
VALUES ('00000000-0000-7000-8000-000000000005', 'Measured', 'simulator', '', '') ON CONFLICT DO NOTHING;
INSERT INTO plan_provider_offers (id, plan_id, provider_id, sku, cost, currency)
SELECT id, id, '00000000-0000-7000-8000-000000000005', id::text, 2, 'USD' FROM plans ON CONFLICT DO NOTHING;
