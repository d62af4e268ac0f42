-- Money, complete: payments that a person records, disputes, invoices and credit notes, refunds with a decision,
-- what does not add up, and the days' sums.

-- reference is what a payment that a person confirmed is known by: a bank's, a wallet's. client_secret is sealed; with
-- it a shop's own page takes a card. closed_at is when it failed or was cancelled, so that every figure has one day.
ALTER TABLE transactions
    ADD COLUMN reference     VARCHAR(100),
    ADD COLUMN recorded_by   UUID REFERENCES users (id),
    ADD COLUMN client_secret BYTEA,
    ADD COLUMN closed_at     TIMESTAMPTZ;
UPDATE transactions SET closed_at = updated_at WHERE status IN ('failed', 'cancelled');
CREATE INDEX transactions_recorded_by_idx ON transactions (recorded_by);
CREATE INDEX transactions_completed_at_idx ON transactions (completed_at) WHERE completed_at IS NOT NULL;
CREATE INDEX transactions_closed_at_idx ON transactions (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX transactions_payment_method_idx ON transactions (payment_method, created_at DESC, id DESC);
CREATE INDEX transactions_total_amount_idx ON transactions (total_amount, id);

-- The customer's bank takes a payment back unless it is answered in time.
CREATE TYPE dispute_state AS ENUM ('needs_response', 'under_review', 'won', 'lost');
CREATE TABLE disputes (
    id                 UUID PRIMARY KEY,
    transaction_id     UUID NOT NULL REFERENCES transactions (id),
    gateway            VARCHAR(50) NOT NULL,
    gateway_dispute_id VARCHAR(255) NOT NULL,
    state              dispute_state NOT NULL,
    reason             VARCHAR(100),
    amount             NUMERIC(10, 2) NOT NULL,
    currency           VARCHAR(3) NOT NULL,
    due_by             TIMESTAMPTZ,
    closed_at          TIMESTAMPTZ,
    created_at         TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at         TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT disputes_gateway_id_key UNIQUE (gateway, gateway_dispute_id),
    CONSTRAINT disputes_amount_positive CHECK (amount > 0),
    CONSTRAINT disputes_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT disputes_closed_has_a_time CHECK ((state IN ('won', 'lost')) = (closed_at IS NOT NULL))
);
CREATE INDEX disputes_transaction_id_idx ON disputes (transaction_id);
CREATE INDEX disputes_state_idx ON disputes (state, due_by, id);
CREATE INDEX disputes_created_at_idx ON disputes (created_at DESC, id DESC);
CREATE TRIGGER disputes_updated_at BEFORE UPDATE ON disputes FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- The last number of each series. A number is taken in the transaction that writes the paper, under this row's
-- lock, so there is neither a gap nor a second one.
CREATE TABLE number_series (
    series VARCHAR(20) NOT NULL,
    year   INTEGER NOT NULL,
    last   INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT number_series_key PRIMARY KEY (series, year)
);

-- What was paid for, as it stood on that day. buyer is sealed: whom it was made out to. Never changed; what is
-- wrong is put right by a credit note. The PDF is drawn from the row.
CREATE TABLE invoices (
    id             UUID PRIMARY KEY,
    number         VARCHAR(30) NOT NULL UNIQUE,
    transaction_id UUID NOT NULL UNIQUE REFERENCES transactions (id),
    order_id       UUID NOT NULL REFERENCES orders (id),
    user_id        UUID NOT NULL REFERENCES users (id),
    seller         JSONB NOT NULL,
    buyer          BYTEA NOT NULL,
    lines          JSONB NOT NULL,
    net_amount     NUMERIC(10, 2) NOT NULL,
    tax_amount     NUMERIC(10, 2) NOT NULL,
    total_amount   NUMERIC(10, 2) NOT NULL,
    currency       VARCHAR(3) NOT NULL,
    issued_on      DATE NOT NULL,                      -- in the business's time zone
    created_at     TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT invoices_total_adds_up CHECK (total_amount = net_amount + tax_amount),
    CONSTRAINT invoices_currency_is_code CHECK (currency ~ '^[A-Z]{3}$')
);
CREATE INDEX invoices_order_id_idx ON invoices (order_id);
CREATE INDEX invoices_user_id_idx ON invoices (user_id, created_at DESC, id DESC);
CREATE INDEX invoices_created_at_idx ON invoices (created_at DESC, id DESC);

-- What people ask back, with what was known when it was decided. effect is what becomes of the eSIM.
CREATE TYPE refund_effect AS ENUM ('none', 'cancel', 'suspend');
ALTER TABLE refunds
    ADD COLUMN effect             refund_effect NOT NULL DEFAULT 'none',
    ADD COLUMN eligibility        JSONB,
    ADD COLUMN recommended_amount NUMERIC(10, 2),
    ADD COLUMN decided_at         TIMESTAMPTZ,
    ADD COLUMN failure_reason     TEXT,
    ADD COLUMN attempts           INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN sent_at            TIMESTAMPTZ,         -- when the gateway was first asked; its answer may be on its way
    ADD COLUMN version            INTEGER NOT NULL DEFAULT 1,
    ADD COLUMN updated_at         TIMESTAMPTZ NOT NULL DEFAULT now(),
    ADD CONSTRAINT refunds_gateway_refund_id_key UNIQUE (gateway_refund_id);
CREATE INDEX refunds_processed_at_idx ON refunds (processed_at) WHERE processed_at IS NOT NULL;
CREATE INDEX refunds_approval_state_idx ON refunds (approval_state, created_at DESC, id DESC);
CREATE TRIGGER refunds_updated_at BEFORE UPDATE ON refunds FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TABLE credit_notes (
    id           UUID PRIMARY KEY,
    number       VARCHAR(30) NOT NULL UNIQUE,
    invoice_id   UUID NOT NULL REFERENCES invoices (id),
    refund_id    UUID NOT NULL UNIQUE REFERENCES refunds (id),
    net_amount   NUMERIC(10, 2) NOT NULL,
    tax_amount   NUMERIC(10, 2) NOT NULL,
    total_amount NUMERIC(10, 2) NOT NULL,
    currency     VARCHAR(3) NOT NULL,
    issued_on    DATE NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT credit_notes_total_adds_up CHECK (total_amount = net_amount + tax_amount),
    CONSTRAINT credit_notes_currency_is_code CHECK (currency ~ '^[A-Z]{3}$')
);
CREATE INDEX credit_notes_invoice_id_idx ON credit_notes (invoice_id);
CREATE INDEX credit_notes_created_at_idx ON credit_notes (created_at DESC, id DESC);

-- What a provider owes us for an eSIM that was refunded to the customer: a matter of its own.
CREATE TYPE claim_state AS ENUM ('open', 'accepted', 'rejected');
CREATE TABLE supplier_claims (
    id          UUID PRIMARY KEY,
    refund_id   UUID NOT NULL REFERENCES refunds (id),
    provider_id UUID NOT NULL REFERENCES data_providers (id),
    esim_id     UUID REFERENCES esims (id),
    state       claim_state NOT NULL DEFAULT 'open',
    amount      NUMERIC(10, 2) NOT NULL,
    currency    VARCHAR(3) NOT NULL,
    note        TEXT,
    closed_at   TIMESTAMPTZ,
    created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT supplier_claims_amount_positive CHECK (amount > 0),
    CONSTRAINT supplier_claims_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT supplier_claims_closed_has_a_time CHECK ((state = 'open') = (closed_at IS NULL))
);
CREATE UNIQUE INDEX supplier_claims_once ON supplier_claims (refund_id, provider_id, esim_id);
CREATE INDEX supplier_claims_provider_id_idx ON supplier_claims (provider_id, created_at DESC, id DESC);
CREATE INDEX supplier_claims_esim_id_idx ON supplier_claims (esim_id);

-- What does not add up, until somebody has put it right. The same finding opens one case, however often it is found.
CREATE TYPE case_kind AS ENUM (
    'paid_not_delivered', 'delivered_not_paid', 'refund_stuck', 'amount_mismatch', 'unknown_outcome', 'paid_late', 'surplus_esim');
CREATE TYPE case_status AS ENUM ('open', 'escalated', 'resolved');
CREATE TABLE reconciliation_cases (
    id             UUID PRIMARY KEY,
    kind           case_kind NOT NULL,
    status         case_status NOT NULL DEFAULT 'open',
    finding        TEXT NOT NULL,
    order_id       UUID REFERENCES orders (id),
    transaction_id UUID REFERENCES transactions (id),
    refund_id      UUID REFERENCES refunds (id),
    esim_id        UUID REFERENCES esims (id),
    amount         NUMERIC(10, 2),
    currency       VARCHAR(3),
    dedupe_key     VARCHAR(120) NOT NULL,
    claimed_by     UUID REFERENCES users (id),
    claimed_until  TIMESTAMPTZ,
    escalated_by   UUID REFERENCES users (id),
    escalated_at   TIMESTAMPTZ,
    resolved_by    UUID REFERENCES users (id),         -- NULL on a resolved one: it resolved itself
    resolved_at    TIMESTAMPTZ,
    resolution     TEXT,
    version        INTEGER NOT NULL DEFAULT 1,
    created_at     TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at     TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT reconciliation_cases_amount_has_currency CHECK ((amount IS NULL) = (currency IS NULL)),
    CONSTRAINT reconciliation_cases_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT reconciliation_cases_claim_ends CHECK ((claimed_by IS NULL) = (claimed_until IS NULL)),
    CONSTRAINT reconciliation_cases_resolved_says_how CHECK (
        (status = 'resolved') = (resolved_at IS NOT NULL) AND (status <> 'resolved' OR resolution IS NOT NULL))
);
CREATE UNIQUE INDEX reconciliation_cases_open_key ON reconciliation_cases (dedupe_key) WHERE status <> 'resolved';
CREATE INDEX reconciliation_cases_status_idx ON reconciliation_cases (status, created_at DESC, id DESC);
CREATE INDEX reconciliation_cases_created_at_idx ON reconciliation_cases (created_at DESC, id DESC);
CREATE INDEX reconciliation_cases_order_id_idx ON reconciliation_cases (order_id);
CREATE INDEX reconciliation_cases_transaction_id_idx ON reconciliation_cases (transaction_id);
CREATE INDEX reconciliation_cases_refund_id_idx ON reconciliation_cases (refund_id);
CREATE INDEX reconciliation_cases_esim_id_idx ON reconciliation_cases (esim_id);
CREATE INDEX reconciliation_cases_claimed_by_idx ON reconciliation_cases (claimed_by);
CREATE INDEX reconciliation_cases_escalated_by_idx ON reconciliation_cases (escalated_by);
CREATE INDEX reconciliation_cases_resolved_by_idx ON reconciliation_cases (resolved_by);
CREATE TRIGGER reconciliation_cases_updated_at BEFORE UPDATE ON reconciliation_cases FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- The sums of each day that is over, in the business's time zone. Every figure belongs to the day on which it
-- happened: money to the day it came in, a failure to the day it failed, a refund to the day it was paid. So a day
-- that is over does not change; made anew from the rows it comes to the same.
CREATE TABLE payment_days (
    day             DATE NOT NULL,
    time_zone       VARCHAR(50) NOT NULL,
    currency        VARCHAR(3) NOT NULL,
    payment_method  payment_method NOT NULL,
    payment_gateway VARCHAR(50) NOT NULL,
    completed       INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    gross_amount    NUMERIC(14, 2) NOT NULL,
    tax_amount      NUMERIC(14, 2) NOT NULL,
    discount_amount NUMERIC(14, 2) NOT NULL,
    refunds         INTEGER NOT NULL,
    refunded_amount NUMERIC(14, 2) NOT NULL,
    CONSTRAINT payment_days_key PRIMARY KEY (day, currency, payment_method, payment_gateway)
);
