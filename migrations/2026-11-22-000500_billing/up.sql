-- Billing: orders, transactions, refunds.
-- Money is NUMERIC with its currency beside it, never a float. Nothing here is ever deleted.

CREATE TYPE order_kind AS ENUM ('new', 'topup');
CREATE TYPE order_status AS ENUM ('pending_payment', 'paid', 'provisioning', 'fulfilled', 'needs_review', 'failed', 'cancelled');
CREATE TYPE payment_method AS ENUM ('credit_card', 'paypal', 'crypto', 'bank_transfer');
CREATE TYPE transaction_status AS ENUM ('pending', 'completed', 'failed', 'refunded', 'cancelled');
CREATE TYPE refund_status AS ENUM ('pending', 'processed', 'failed');
CREATE TYPE refund_approval_state AS ENUM ('requested', 'approved', 'rejected');

-- One plan, one to fifty units. terms freezes the plan as it was sold: later edits of the plan change nothing here.
-- order_number comes from a sequence; a gap only means that a sale was rolled back.
CREATE TABLE orders (
    id              UUID PRIMARY KEY,
    order_number    VARCHAR(20) NOT NULL UNIQUE,
    user_id         UUID NOT NULL REFERENCES users (id),
    plan_id         UUID NOT NULL REFERENCES plans (id),
    kind            order_kind NOT NULL,
    quantity        INTEGER NOT NULL,
    region          VARCHAR(50),
    terms           JSONB NOT NULL,
    unit_price      NUMERIC(10, 2) NOT NULL,
    unit_cost       NUMERIC(10, 2) NOT NULL,
    discount_amount NUMERIC(10, 2) NOT NULL DEFAULT 0,
    tax_amount      NUMERIC(10, 2) NOT NULL DEFAULT 0,
    total_amount    NUMERIC(10, 2) NOT NULL,
    currency        VARCHAR(3) NOT NULL,
    status          order_status NOT NULL,
    status_reason   TEXT,
    reference       VARCHAR(100),                      -- the integrator's own; unique for whoever placed the order
    esim_id         UUID REFERENCES esims (id),        -- the eSIM a top-up goes to
    created_by      UUID REFERENCES users (id),
    expires_at      TIMESTAMPTZ,                       -- when payment must have arrived
    paid_at         TIMESTAMPTZ,
    fulfilled_at    TIMESTAMPTZ,
    delivered_at    TIMESTAMPTZ,
    cancelled_at    TIMESTAMPTZ,
    version         INTEGER NOT NULL DEFAULT 1,
    created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT orders_reference_key UNIQUE (created_by, reference),
    CONSTRAINT orders_quantity_in_range CHECK (quantity BETWEEN 1 AND 50),
    CONSTRAINT orders_topup_names_one_esim CHECK (
        (kind = 'topup' AND esim_id IS NOT NULL AND quantity = 1) OR (kind = 'new' AND esim_id IS NULL)),
    CONSTRAINT orders_terms_are_an_object CHECK (jsonb_typeof(terms) = 'object'),
    CONSTRAINT orders_amounts_not_negative CHECK (unit_price >= 0 AND unit_cost >= 0 AND tax_amount >= 0 AND total_amount >= 0),
    CONSTRAINT orders_discount_within_price CHECK (discount_amount BETWEEN 0 AND unit_price * quantity),
    CONSTRAINT orders_total_adds_up CHECK (total_amount = unit_price * quantity - discount_amount + tax_amount),
    CONSTRAINT orders_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT orders_paid_has_a_time CHECK (status NOT IN ('paid', 'provisioning', 'fulfilled') OR paid_at IS NOT NULL),
    CONSTRAINT orders_fulfilled_has_a_time CHECK (status <> 'fulfilled' OR fulfilled_at IS NOT NULL),
    CONSTRAINT orders_cancelled_has_a_time CHECK (status <> 'cancelled' OR cancelled_at IS NOT NULL)
);
CREATE SEQUENCE order_number_seq START 100001 OWNED BY orders.order_number;
ALTER TABLE orders ALTER COLUMN order_number SET DEFAULT 'ORD-' || nextval('order_number_seq');
CREATE INDEX orders_status_idx ON orders (status, created_at DESC, id DESC);
CREATE INDEX orders_user_id_idx ON orders (user_id, created_at DESC, id DESC);
CREATE INDEX orders_plan_id_idx ON orders (plan_id, created_at DESC, id DESC);
CREATE INDEX orders_esim_id_idx ON orders (esim_id);
CREATE INDEX orders_created_at_idx ON orders (created_at DESC, id DESC);
CREATE INDEX orders_expires_at_idx ON orders (expires_at) WHERE status = 'pending_payment';
CREATE TRIGGER orders_updated_at BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- One attempt to pay for an order. A partial refund grows refunded_amount and leaves the status as it is; only a
-- full one makes it `refunded`. invoice_url is an object key. gateway_transaction_id is unique per gateway, so a
-- notice that comes twice cannot settle twice. An eSIM may have many transactions (top-ups).
CREATE TABLE transactions (
    id                     UUID PRIMARY KEY,
    order_id               UUID REFERENCES orders (id),
    user_id                UUID NOT NULL REFERENCES users (id),
    esim_id                UUID REFERENCES esims (id),
    plan_id                UUID REFERENCES plans (id),
    amount                 NUMERIC(10, 2) NOT NULL,
    currency               VARCHAR(3) NOT NULL DEFAULT 'USD',
    payment_method         payment_method NOT NULL,
    payment_gateway        VARCHAR(50),
    gateway_transaction_id VARCHAR(255),
    checkout_url           TEXT,
    status                 transaction_status NOT NULL,
    failure_reason         TEXT,
    promo_code_id          UUID REFERENCES promotional_codes (id),
    discount_amount        NUMERIC(10, 2) NOT NULL DEFAULT 0,
    tax_amount             NUMERIC(10, 2) NOT NULL DEFAULT 0,
    total_amount           NUMERIC(10, 2) NOT NULL,
    refunded_amount        NUMERIC(10, 2) NOT NULL DEFAULT 0,
    dispute_state          VARCHAR(30),
    invoice_url            TEXT,
    created_at             TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at             TIMESTAMPTZ NOT NULL DEFAULT now(),
    completed_at           TIMESTAMPTZ,
    CONSTRAINT transactions_gateway_id_key UNIQUE (payment_gateway, gateway_transaction_id),
    CONSTRAINT transactions_amounts_not_negative CHECK (amount >= 0 AND tax_amount >= 0 AND total_amount >= 0),
    CONSTRAINT transactions_discount_within_amount CHECK (discount_amount BETWEEN 0 AND amount),
    CONSTRAINT transactions_total_adds_up CHECK (total_amount = amount - discount_amount + tax_amount),
    CONSTRAINT transactions_refunded_within_total CHECK (refunded_amount BETWEEN 0 AND total_amount),
    CONSTRAINT transactions_refunded_in_full CHECK (status <> 'refunded' OR refunded_amount = total_amount),
    CONSTRAINT transactions_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT transactions_gateway_id_has_gateway CHECK (gateway_transaction_id IS NULL OR payment_gateway IS NOT NULL),
    CONSTRAINT transactions_completed_has_a_time CHECK (status NOT IN ('completed', 'refunded') OR completed_at IS NOT NULL)
);
CREATE INDEX transactions_order_id_idx ON transactions (order_id);
CREATE INDEX transactions_user_id_idx ON transactions (user_id, created_at DESC, id DESC);
CREATE INDEX transactions_esim_id_idx ON transactions (esim_id);
CREATE INDEX transactions_plan_id_idx ON transactions (plan_id);
CREATE INDEX transactions_promo_code_id_idx ON transactions (promo_code_id);
CREATE INDEX transactions_status_idx ON transactions (status, created_at DESC, id DESC);
CREATE INDEX transactions_created_at_idx ON transactions (created_at DESC, id DESC);
CREATE INDEX transactions_gateway_transaction_id_idx ON transactions (gateway_transaction_id);
CREATE TRIGGER transactions_updated_at BEFORE UPDATE ON transactions FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- The id is also the idempotency key at the gateway: a retry can never pay out twice.
-- requested_by is NULL when the system asks by itself. processed_by decided; who may is the approval rule's business.
CREATE TABLE refunds (
    id                UUID PRIMARY KEY,
    transaction_id    UUID NOT NULL REFERENCES transactions (id),
    amount            NUMERIC(10, 2) NOT NULL,
    currency          VARCHAR(3) NOT NULL,
    reason_code       VARCHAR(50),
    reason            TEXT,
    status            refund_status NOT NULL,
    approval_state    refund_approval_state NOT NULL DEFAULT 'requested',
    requested_by      UUID REFERENCES users (id),
    processed_by      UUID REFERENCES users (id),
    gateway_refund_id VARCHAR(255),
    created_at        TIMESTAMPTZ NOT NULL DEFAULT now(),
    processed_at      TIMESTAMPTZ,
    CONSTRAINT refunds_amount_positive CHECK (amount > 0),
    CONSTRAINT refunds_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT refunds_rejected_is_failed CHECK (approval_state <> 'rejected' OR status = 'failed'),
    CONSTRAINT refunds_processed_is_approved CHECK (status <> 'processed' OR (approval_state = 'approved' AND processed_at IS NOT NULL))
);
-- One open refund per transaction: the second is a conflict, not a queue.
CREATE UNIQUE INDEX refunds_one_open_per_transaction ON refunds (transaction_id) WHERE status = 'pending';
CREATE INDEX refunds_transaction_id_idx ON refunds (transaction_id, created_at DESC, id DESC);
CREATE INDEX refunds_requested_by_idx ON refunds (requested_by);
CREATE INDEX refunds_processed_by_idx ON refunds (processed_by);
CREATE INDEX refunds_status_idx ON refunds (status, created_at DESC, id DESC);
CREATE INDEX refunds_created_at_idx ON refunds (created_at DESC, id DESC);

-- The live refunds (pending and processed) of a transaction never exceed its total. The lock makes two refunds
-- of one transaction wait for each other; the sum is read after it, so it sees what the other one left.
CREATE FUNCTION refunds_within_total() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sale transactions%ROWTYPE;
    live NUMERIC;
BEGIN
    SELECT * INTO STRICT sale FROM transactions WHERE id = NEW.transaction_id FOR UPDATE;
    SELECT coalesce(sum(amount), 0) INTO live FROM refunds WHERE transaction_id = sale.id AND status IN ('pending', 'processed');
    IF live > sale.total_amount THEN
        RAISE EXCEPTION 'refunds of % would exceed the total %', live, sale.total_amount
            USING ERRCODE = 'check_violation', TABLE = 'refunds', CONSTRAINT = 'refunds_within_total';
    END IF;
    IF NEW.currency <> sale.currency THEN
        RAISE EXCEPTION 'a refund is paid in the currency of its transaction'
            USING ERRCODE = 'check_violation', TABLE = 'refunds', CONSTRAINT = 'refunds_same_currency';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER refunds_within_total
    AFTER INSERT OR UPDATE OF transaction_id, amount, currency, status ON refunds
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION refunds_within_total();
