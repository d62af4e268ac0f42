//! Rows on their way into the database: JSON objects whose keys are the columns, written table by table.

use chrono::{DateTime, Utc};
use diesel::{PgConnection, RunQueryDsl, sql_types::Jsonb};
use platform::{Result, crypto::digest};
use serde_json::{Value, json};
use uuid::{Builder, Uuid};

/// The tables in the order of their references.
const TABLES: [&str; 16] = [
    "users",
    "data_providers",
    "plans",
    "plan_pricing",
    "plan_provider_offers",
    "esims",
    "esim_state_history",
    "esim_data_usage",
    "orders",
    "transactions",
    "esim_bundles",
    "provisioning_jobs",
    "provisioning_attempts",
    "data_allocations",
    "notifications",
    "audit_log",
];
/// Rows per statement.
const CHUNK: usize = 500;

/// Rows that are written together.
#[derive(Default)]
pub struct Rows(Vec<(&'static str, Value)>);

impl Rows {
    /// Adds a row. Columns that it does not name get their defaults.
    pub fn add(&mut self, table: &'static str, row: Value) {
        self.0.push((table, row));
    }

    /// Records an act in the audit log, as of its time.
    pub fn act(
        &mut self,
        at: DateTime<Utc>,
        actor: Option<(Uuid, &str)>,
        (action, subject, id): (&str, &str, Uuid),
        change: Value,
        reason: Option<&str>,
    ) {
        let number = self.0.len();
        self.add("audit_log", json!({
            "id": id_of("act", number, at), "created_at": at, "actor_id": actor.map(|(id, _)| id), "actor_role": actor.map(|(_, role)| role), "action": action,
            "subject_type": subject, "subject_id": id, "change": change, "reason": reason, "request_id": "seed",
        }));
    }

    /// Writes all of them; how many there were.
    pub fn write(self, conn: &mut PgConnection) -> Result<usize> {
        let count = self.0.len();
        for table in TABLES {
            let rows: Vec<&Value> = self
                .0
                .iter()
                .filter(|(name, _)| *name == table)
                .map(|(_, row)| row)
                .collect();
            for alike in rows.chunk_by(|one, next| columns(one) == columns(next)) {
                alike
                    .chunks(CHUNK)
                    .try_for_each(|chunk| insert(conn, table, chunk))?;
            }
        }
        Ok(count)
    }
}

fn insert(conn: &mut PgConnection, table: &str, rows: &[&Value]) -> Result<()> {
    let columns = rows
        .first()
        .map(|row| columns(row).join(", "))
        .unwrap_or_default();
    let statement = format!(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, $1)"
    );
    diesel::sql_query(statement)
        .bind::<Jsonb, _>(json!(rows))
        .execute(conn)?;
    Ok(())
}

fn columns(row: &Value) -> Vec<&str> {
    row.as_object()
        .map(|fields| fields.keys().map(String::as_str).collect())
        .unwrap_or_default()
}

/// The id of something seeded: of version 7 like every id, its time the thing's own, the rest from its name.
pub fn id_of(kind: &str, number: usize, at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    let rest = digest(format!("{kind} {number}").as_bytes());
    Builder::from_unix_timestamp_millis(millis, rest.first_chunk::<10>().unwrap_or(&[0; 10]))
        .into_uuid()
}
