-- Who placed an order through the API, so that a client's references are unique among its own orders (created_by names
-- people only) and its unpaid orders can be counted.
ALTER TABLE orders ADD COLUMN client_id UUID REFERENCES api_clients (id);

-- Until when an unpaid order reserves stock. A payment that a person confirms may come days later; it does not keep
-- the stock from others for so long. NULL: as long as the order can be paid.
ALTER TABLE orders ADD COLUMN reserved_until TIMESTAMPTZ;

-- What is known of the orders so far: those that a client placed for a customer of its own. Of orders that share a
-- reference, the oldest keeps it for its client.
UPDATE orders o SET client_id = u.client_id
FROM users u
WHERE u.id = o.user_id AND u.client_id IS NOT NULL AND o.created_by IS NULL
  AND (o.status = 'pending_payment' OR o.reference IS NOT NULL)
  AND NOT EXISTS (
      SELECT 1 FROM orders e JOIN users eu ON eu.id = e.user_id
      WHERE e.reference = o.reference AND e.created_by IS NULL AND eu.client_id = u.client_id
        AND (e.created_at, e.id) < (o.created_at, o.id));

ALTER TABLE orders ADD CONSTRAINT orders_client_id_reference_key UNIQUE (client_id, reference);

-- Unpaid orders are counted each time one is placed.
CREATE INDEX orders_unpaid_user_id_idx ON orders (user_id) WHERE status = 'pending_payment';
CREATE INDEX orders_unpaid_client_id_idx ON orders (client_id) WHERE status = 'pending_payment';
