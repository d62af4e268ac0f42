//! Rows on their way into the database: JSON objects whose keys are the columns, written table by table.

use chrono::{DateTime, Utc};
use diesel::{PgConnection, RunQueryDsl, sql_types::Jsonb};
use platform::{
    Result,
    audit::AuditRow,
    crypto::{Keyring, digest},
};
use schema::audit_log;
use serde_json::{Value, json};
use uuid::{Builder, Uuid};
use wire::{AuditId, Param, UserId, accounts::users::UserRole};

/// The tables in the order of their references.
const TABLES: [&str; 23] = [
    "users",
    "api_clients",
    "api_keys",
    "kyc_documents",
    "data_providers",
    "plans",
    "plan_pricing",
    "plan_provider_offers",
    "price_list_syncs",
    "promotional_codes",
    "esims",
    "esim_state_history",
    "esim_data_usage",
    "orders",
    "transactions",
    "refunds",
    "disputes",
    "esim_bundles",
    "provisioning_jobs",
    "provisioning_attempts",
    "data_allocations",
    "notifications",
    "jobs",
];
/// Rows per statement.
const CHUNK: usize = 500;

/// Rows that are written together.
#[derive(Default)]
pub struct Rows {
    things: Vec<(&'static str, Value)>,
    acts: Vec<AuditRow>,
}

impl Rows {
    /// Adds a row. Columns that it does not name get their defaults.
    pub fn add(&mut self, table: &'static str, row: Value) {
        self.things.push((table, row));
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
        let number = self.things.len() + self.acts.len();
        self.acts.push(AuditRow {
            id: AuditId(id_of("act", number, at)),
            created_at: at,
            actor_id: actor.map(|(id, _)| UserId(id)),
            client_id: None,
            actor_role: actor.and_then(|(_, role)| UserRole::parse(role).ok()),
            action: action.to_owned(),
            subject_type: subject.to_owned(),
            subject_id: Some(id),
            change: Some(change).filter(|change| !change.is_null()),
            reason: reason.map(str::to_owned),
            request_id: Some("seed".to_owned()),
            ip: None,
            seal: None,
        });
    }

    /// Writes all of them, the acts with their seals; how many there were.
    pub fn write(self, conn: &mut PgConnection, keys: &Keyring) -> Result<usize> {
        let count = self.things.len() + self.acts.len();
        for table in TABLES {
            let rows: Vec<&Value> = self
                .things
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
        let acts: Vec<AuditRow> = self
            .acts
            .into_iter()
            .map(|act| act.sealed(keys))
            .collect::<Result<_>>()?;
        for chunk in acts.chunks(CHUNK) {
            diesel::insert_into(audit_log::table)
                .values(chunk)
                .execute(conn)?;
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
