-- Writes an amount as its currency has it, where a sentence is made by a statement: 12.50 USD, 12 JPY. The currencies
-- without a smaller unit are those of `wire::Currency`; a test compares the two.
CREATE FUNCTION amount_text(amount NUMERIC, currency VARCHAR) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN currency IN ('JPY', 'KRW', 'VND') AND amount = trunc(amount) THEN trunc(amount)::text ELSE round(amount, 2)::text END || ' ' || currency
$$;
