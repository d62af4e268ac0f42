-- The adapters of real providers.
ALTER TYPE provider_adapter ADD VALUE IF NOT EXISTS 'airalo';
ALTER TYPE provider_adapter ADD VALUE IF NOT EXISTS 'esim_go';
ALTER TYPE provider_adapter ADD VALUE IF NOT EXISTS 'esim_access';
ALTER TYPE provider_adapter ADD VALUE IF NOT EXISTS 'super_sim';
