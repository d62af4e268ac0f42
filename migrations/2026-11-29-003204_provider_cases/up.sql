-- The balance at a provider fell below its threshold.
ALTER TYPE case_kind ADD VALUE IF NOT EXISTS 'low_balance';
-- An eSIM at a provider is unknown here, or its data contradicts the inventory.
ALTER TYPE case_kind ADD VALUE IF NOT EXISTS 'inventory_conflict';
