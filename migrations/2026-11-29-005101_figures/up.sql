-- The facts that figures are sums of: sales, refunds, lost disputes, costs of providers and their reversals. Each fact has
-- the instant by which it counts, which is set once, when the fact is recorded, and never changes.

-- All days before locked_before are locked: their figures no longer change. locked_until is the start of that day, in the
-- time zone that the business had. Locks only move forward.
CREATE TABLE report_locks (
    id            UUID PRIMARY KEY,
    locked_before DATE NOT NULL,
    locked_until  TIMESTAMPTZ NOT NULL,
    time_zone     VARCHAR(50) NOT NULL,
    locked_by     UUID REFERENCES users (id),          -- NULL: the schedule
    locked_at     TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT report_locks_locked_before_key UNIQUE (locked_before),
    -- A payment of the last day is recorded without a look at the locks.
    CONSTRAINT report_locks_day_is_over CHECK (locked_until <= locked_at - interval '1 day')
);
CREATE INDEX report_locks_locked_by_idx ON report_locks (locked_by);
CREATE INDEX report_locks_locked_until_idx ON report_locks (locked_until DESC);
CREATE TRIGGER report_locks_written_once BEFORE UPDATE ON report_locks FOR EACH ROW EXECUTE FUNCTION refuse_update();

-- Whether an order was placed for a customer of an API client in test mode. Such orders are in no figure.
ALTER TABLE orders ADD COLUMN is_test BOOLEAN NOT NULL DEFAULT false;
UPDATE orders o SET is_test = true FROM users u JOIN api_clients c ON c.id = u.client_id WHERE u.id = o.user_id AND c.mode = 'test';
CREATE FUNCTION is_test_user(person UUID) RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM users u JOIN api_clients c ON c.id = u.client_id WHERE u.id = person AND c.mode = 'test')
$$;
CREATE FUNCTION orders_mark_test() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.is_test := NEW.is_test OR is_test_user(NEW.user_id);
    RETURN NEW;
END $$;
CREATE TRIGGER orders_mark_test BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION orders_mark_test();
CREATE FUNCTION is_test_sale(sale_order UUID, person UUID) RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT o.is_test FROM orders o WHERE o.id = sale_order), is_test_user(person))
$$;

-- The decimals of a currency's smallest unit, as in `wire::Currency`; a test compares the two.
CREATE FUNCTION currency_digits(currency VARCHAR) RETURNS INTEGER LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN currency IN ('JPY', 'KRW', 'VND') THEN 0 ELSE 2 END
$$;
-- Rounds half to even; round() rounds half away from zero.
CREATE FUNCTION round_half_even(exact NUMERIC, digits INTEGER) RETURNS NUMERIC LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN abs(exact - trunc(exact, digits)) * 10::numeric ^ digits = 0.5 AND mod(trunc(exact, digits) * 10::numeric ^ digits, 2) = 0
        THEN trunc(exact, digits)
        ELSE round(exact, digits)
    END
$$;

-- When a fact counts: at its own time, or now if its day is locked already. A lock excludes all other writers of late facts,
-- so that a fact is either before the lock and in its figures, or after the lock and late.
CREATE FUNCTION count_at(fact_at TIMESTAMPTZ) RETURNS TIMESTAMPTZ LANGUAGE plpgsql AS $$
DECLARE
    border TIMESTAMPTZ;
BEGIN
    IF fact_at > now() - interval '1 day' THEN
        RETURN fact_at;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtext('report_locks'), 0);
    SELECT max(locked_until) INTO border FROM report_locks;
    RETURN CASE WHEN fact_at < border THEN now() ELSE fact_at END;
END $$;

-- counts_at: when the fact counts; NULL while it is not final, and for test orders.
-- tax_amount: the part of the payment's tax that a refund or a lost dispute takes back, set when it is recorded.
ALTER TABLE transactions ADD COLUMN counts_at TIMESTAMPTZ;
ALTER TABLE refunds ADD COLUMN counts_at TIMESTAMPTZ, ADD COLUMN tax_amount NUMERIC(10, 2);
ALTER TABLE disputes ADD COLUMN counts_at TIMESTAMPTZ, ADD COLUMN tax_amount NUMERIC(10, 2);
ALTER TABLE supplier_claims ADD COLUMN counts_at TIMESTAMPTZ;
ALTER TABLE data_allocations
    ADD COLUMN counts_at          TIMESTAMPTZ,
    ADD COLUMN reversed_at        TIMESTAMPTZ,
    ADD COLUMN reversal_counts_at TIMESTAMPTZ;

CREATE FUNCTION transactions_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT is_test_sale(NEW.order_id, NEW.user_id) THEN
        NEW.counts_at := count_at(NEW.completed_at);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transactions_count BEFORE INSERT OR UPDATE OF status, completed_at ON transactions
    FOR EACH ROW WHEN (NEW.counts_at IS NULL AND NEW.completed_at IS NOT NULL AND NEW.status IN ('completed', 'refunded'))
    EXECUTE FUNCTION transactions_count();

-- The tax parts of all refunds and lost disputes of a payment add up to the tax of what was paid back, to the smallest
-- unit. The lock makes two of one payment wait for each other.
CREATE FUNCTION returned_tax(sale UUID, amount NUMERIC) RETURNS NUMERIC LANGUAGE plpgsql AS $$
DECLARE
    paid         transactions%ROWTYPE;
    returned     NUMERIC;
    returned_tax NUMERIC;
BEGIN
    SELECT * INTO STRICT paid FROM transactions WHERE id = sale FOR UPDATE;
    IF paid.total_amount = 0 THEN
        RETURN 0;
    END IF;
    SELECT coalesce(sum(p.amount), 0), coalesce(sum(p.tax_amount), 0) INTO returned, returned_tax FROM (
        SELECT r.amount, r.tax_amount FROM refunds r WHERE r.transaction_id = sale AND r.tax_amount IS NOT NULL
        UNION ALL SELECT d.amount, d.tax_amount FROM disputes d WHERE d.transaction_id = sale AND d.tax_amount IS NOT NULL) p;
    RETURN round_half_even(least(returned + amount, paid.total_amount) * paid.tax_amount / paid.total_amount, currency_digits(paid.currency)) - returned_tax;
END $$;

CREATE FUNCTION refunds_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.tax_amount := returned_tax(NEW.transaction_id, NEW.amount);
    SELECT CASE WHEN NOT is_test_sale(t.order_id, t.user_id) THEN count_at(NEW.processed_at) END INTO NEW.counts_at
    FROM transactions t WHERE t.id = NEW.transaction_id;
    RETURN NEW;
END $$;
CREATE TRIGGER refunds_count BEFORE INSERT OR UPDATE OF status, processed_at ON refunds
    FOR EACH ROW WHEN (NEW.tax_amount IS NULL AND NEW.processed_at IS NOT NULL AND NEW.status = 'processed')
    EXECUTE FUNCTION refunds_count();

CREATE FUNCTION disputes_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.tax_amount := returned_tax(NEW.transaction_id, NEW.amount);
    SELECT CASE WHEN NOT is_test_sale(t.order_id, t.user_id) THEN count_at(NEW.closed_at) END INTO NEW.counts_at
    FROM transactions t WHERE t.id = NEW.transaction_id;
    RETURN NEW;
END $$;
CREATE TRIGGER disputes_count BEFORE INSERT OR UPDATE ON disputes
    FOR EACH ROW WHEN (NEW.tax_amount IS NULL AND NEW.closed_at IS NOT NULL AND NEW.state = 'lost')
    EXECUTE FUNCTION disputes_count();

CREATE FUNCTION supplier_claims_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT CASE WHEN NOT is_test_sale(t.order_id, t.user_id) THEN count_at(NEW.closed_at) END INTO NEW.counts_at
    FROM refunds r JOIN transactions t ON t.id = r.transaction_id WHERE r.id = NEW.refund_id;
    RETURN NEW;
END $$;
CREATE TRIGGER supplier_claims_count BEFORE INSERT OR UPDATE OF state ON supplier_claims
    FOR EACH ROW WHEN (NEW.counts_at IS NULL AND NEW.closed_at IS NOT NULL AND NEW.state = 'accepted')
    EXECUTE FUNCTION supplier_claims_count();

-- A charge counts once it is final; a later release of the data does not take the charge back. A reversal counts in full,
-- unless an accepted claim has counted already, which may be for less.
CREATE FUNCTION data_allocations_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_test BOOLEAN;
BEGIN
    SELECT coalesce(bool_or(o.is_test), false) INTO is_test
    FROM provisioning_jobs j JOIN orders o ON o.id = j.order_id WHERE j.id = NEW.provisioning_job_id;
    IF NEW.status = 'reversed' THEN
        NEW.reversed_at := coalesce(NEW.reversed_at, now());
    END IF;
    IF is_test THEN
        RETURN NEW;
    END IF;
    NEW.counts_at := coalesce(NEW.counts_at, count_at(NEW.allocated_at));
    IF NEW.status = 'reversed' AND NOT EXISTS (
        SELECT 1 FROM supplier_claims c JOIN refunds r ON r.id = c.refund_id JOIN transactions t ON t.id = r.transaction_id
        JOIN provisioning_jobs j ON j.order_id = t.order_id
        WHERE c.state = 'accepted' AND c.provider_id = NEW.provider_id AND c.esim_id = NEW.esim_id AND j.id = NEW.provisioning_job_id) THEN
        NEW.reversal_counts_at := count_at(NEW.reversed_at);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER data_allocations_count BEFORE INSERT OR UPDATE OF status ON data_allocations
    FOR EACH ROW WHEN ((NEW.status = 'active' AND NEW.counts_at IS NULL) OR (NEW.status = 'reversed' AND NEW.reversed_at IS NULL)
        OR (NEW.status = 'reversed' AND NEW.counts_at IS NULL))
    EXECUTE FUNCTION data_allocations_count();

-- The facts so far: no day is locked, so each counts at its own time. Refunds and lost disputes in the order in which they
-- were paid back.
ALTER TABLE transactions DISABLE TRIGGER USER;
UPDATE transactions SET counts_at = completed_at
WHERE status IN ('completed', 'refunded') AND completed_at IS NOT NULL AND NOT is_test_sale(order_id, user_id);
ALTER TABLE transactions ENABLE TRIGGER USER;
ALTER TABLE refunds DISABLE TRIGGER USER;
ALTER TABLE disputes DISABLE TRIGGER USER;
WITH returns AS (
    SELECT r.id, r.transaction_id, r.amount, r.processed_at AS paid_at FROM refunds r WHERE r.status = 'processed' AND r.processed_at IS NOT NULL
    UNION ALL SELECT d.id, d.transaction_id, d.amount, d.closed_at FROM disputes d WHERE d.state = 'lost'),
sums AS (
    SELECT p.id, p.transaction_id, sum(p.amount) OVER up_to AS returned, sum(p.amount) OVER up_to - p.amount AS returned_before
    FROM returns p WINDOW up_to AS (PARTITION BY p.transaction_id ORDER BY p.paid_at, p.id)),
parts AS (
    SELECT s.id, CASE WHEN t.total_amount = 0 THEN 0 ELSE
        round_half_even(least(s.returned, t.total_amount) * t.tax_amount / t.total_amount, currency_digits(t.currency))
        - round_half_even(least(s.returned_before, t.total_amount) * t.tax_amount / t.total_amount, currency_digits(t.currency)) END AS tax,
        is_test_sale(t.order_id, t.user_id) AS is_test
    FROM sums s JOIN transactions t ON t.id = s.transaction_id),
refunded AS (
    UPDATE refunds r SET tax_amount = p.tax, counts_at = CASE WHEN NOT p.is_test THEN r.processed_at END FROM parts p WHERE p.id = r.id RETURNING r.id)
UPDATE disputes d SET tax_amount = p.tax, counts_at = CASE WHEN NOT p.is_test THEN d.closed_at END FROM parts p WHERE p.id = d.id;
ALTER TABLE refunds ENABLE TRIGGER USER;
ALTER TABLE disputes ENABLE TRIGGER USER;
UPDATE supplier_claims c SET counts_at = c.closed_at FROM refunds r JOIN transactions t ON t.id = r.transaction_id
WHERE r.id = c.refund_id AND c.state = 'accepted' AND NOT is_test_sale(t.order_id, t.user_id);
-- A charge whose data was released was final if it had been active, which is when it had an eSIM.
UPDATE data_allocations a SET counts_at = a.allocated_at
WHERE (a.status IN ('active', 'reversed') OR (a.status = 'released' AND a.esim_id IS NOT NULL))
  AND NOT EXISTS (SELECT 1 FROM provisioning_jobs j JOIN orders o ON o.id = j.order_id WHERE j.id = a.provisioning_job_id AND o.is_test);

CREATE INDEX transactions_counts_at_idx ON transactions (counts_at, id) WHERE counts_at IS NOT NULL;
CREATE INDEX refunds_counts_at_idx ON refunds (counts_at, id) WHERE counts_at IS NOT NULL;
CREATE INDEX disputes_counts_at_idx ON disputes (counts_at, id) WHERE counts_at IS NOT NULL;
CREATE INDEX supplier_claims_counts_at_idx ON supplier_claims (counts_at, id) WHERE counts_at IS NOT NULL;
CREATE INDEX data_allocations_counts_at_idx ON data_allocations (counts_at, id) WHERE counts_at IS NOT NULL;
CREATE INDEX data_allocations_reversal_counts_at_idx ON data_allocations (reversal_counts_at, id) WHERE reversal_counts_at IS NOT NULL;
CREATE INDEX esim_state_history_created_at_idx ON esim_state_history (created_at);
CREATE INDEX users_customers_created_at_idx ON users (created_at) WHERE role = 'customer';

-- Every fact that counts. Figures are sums over this view, and the list behind a figure is its rows.
CREATE VIEW money_facts AS
SELECT 'sale'::text AS kind, t.id, t.counts_at, t.completed_at AS occurred_at, t.currency, t.total_amount AS amount, t.tax_amount, t.discount_amount,
    t.id AS transaction_id, t.order_id, t.plan_id, t.user_id, NULL::uuid AS provider_id
FROM transactions t WHERE t.counts_at IS NOT NULL
UNION ALL
SELECT 'refund'::text, r.id, r.counts_at, r.processed_at, r.currency, r.amount, r.tax_amount, 0::numeric,
    t.id, t.order_id, t.plan_id, t.user_id, NULL::uuid
FROM refunds r JOIN transactions t ON t.id = r.transaction_id WHERE r.counts_at IS NOT NULL
UNION ALL
SELECT 'chargeback'::text, d.id, d.counts_at, d.closed_at, d.currency, d.amount, d.tax_amount, 0::numeric,
    t.id, t.order_id, t.plan_id, t.user_id, NULL::uuid
FROM disputes d JOIN transactions t ON t.id = d.transaction_id WHERE d.counts_at IS NOT NULL
UNION ALL
SELECT 'cost'::text, a.id, a.counts_at, a.allocated_at, a.currency, a.cost, 0::numeric, 0::numeric,
    NULL::uuid, o.id, o.plan_id, o.user_id, a.provider_id
FROM data_allocations a LEFT JOIN provisioning_jobs j ON j.id = a.provisioning_job_id LEFT JOIN orders o ON o.id = j.order_id
WHERE a.counts_at IS NOT NULL
UNION ALL
SELECT 'cost_reversal'::text, a.id, a.reversal_counts_at, a.reversed_at, a.currency, -a.cost, 0::numeric, 0::numeric,
    NULL::uuid, o.id, o.plan_id, o.user_id, a.provider_id
FROM data_allocations a LEFT JOIN provisioning_jobs j ON j.id = a.provisioning_job_id LEFT JOIN orders o ON o.id = j.order_id
WHERE a.reversal_counts_at IS NOT NULL
UNION ALL
SELECT 'cost_reversal'::text, c.id, c.counts_at, c.closed_at, c.currency, -c.amount, 0::numeric, 0::numeric,
    t.id, t.order_id, t.plan_id, t.user_id, c.provider_id
FROM supplier_claims c JOIN refunds r ON r.id = c.refund_id JOIN transactions t ON t.id = r.transaction_id
WHERE c.counts_at IS NOT NULL;
