//! SQL of the upkeep.

use diesel::RunQueryDsl;
use platform::{Result, Tx};

/// This month and the three after it, for every table that is kept by months.
const PARTITIONS: &str = "SELECT ensure_month_partitions(c.relname::text, date_trunc('month', now() AT TIME ZONE 'UTC')::date, 4) \
    FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid WHERE c.relnamespace = 'public'::regnamespace";

/// Makes the partitions that are missing.
pub fn make_partitions(tx: &mut Tx<'_>) -> Result<()> {
    diesel::sql_query(PARTITIONS).execute(tx.conn())?;
    Ok(())
}
