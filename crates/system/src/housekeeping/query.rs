//! SQL of the housekeeping.

use diesel::RunQueryDsl;
use platform::{Result, Tx};

/// Creates the partitions of the current month and the next three, for every table that is partitioned by month.
const PARTITIONS: &str = "SELECT ensure_month_partitions(c.relname::text, date_trunc('month', now() AT TIME ZONE 'UTC')::date, 4) \
    FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid WHERE c.relnamespace = 'public'::regnamespace";

/// Creates missing partitions.
pub fn create_partitions(tx: &mut Tx<'_>) -> Result<()> {
    diesel::sql_query(PARTITIONS).execute(tx.conn())?;
    Ok(())
}
