-- Money that was given back at the gateway, and not asked for here.
ALTER TYPE case_kind ADD VALUE IF NOT EXISTS 'foreign_refund';
