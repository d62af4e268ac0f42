-- An eSIM that was cancelled here and still has to be cancelled at its provider.
ALTER TYPE case_kind ADD VALUE IF NOT EXISTS 'supplier_cancellation';
-- A provider that charged more than expected.
ALTER TYPE case_kind ADD VALUE IF NOT EXISTS 'low_margin';
