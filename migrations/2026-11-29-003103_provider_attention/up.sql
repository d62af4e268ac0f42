-- A provider that needs a person: it does not accept the credentials, or the balance is too low.
ALTER TYPE case_kind ADD VALUE IF NOT EXISTS 'provider_attention';
