//! Collects rows as JSON objects with the columns as keys, and inserts them table by table.

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
use wire::{AuditId, Param, UserId, accounts::users::UserRole, system::audit::AuditAction};

/// The tables, each after the tables that it references.
const TABLES: [&str; 33] = [
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
    "usage_monitor",
    "orders",
    "transactions",
    "refunds",
    "disputes",
    "esim_bundles",
    "usage_points",
    "usage_days",
    "provisioning_jobs",
    "provisioning_attempts",
    "data_allocations",
    "support_tickets",
    "ticket_messages",
    "ticket_clocks",
    "ticket_ratings",
    "knowledge_base",
    "article_versions",
    "article_searches",
    "notifications",
    "jobs",
];
/// Rows per statement.
const CHUNK: usize = 500;

/// An action on a subject, for the audit log.
pub struct Event<'a> {
    action: AuditAction,
    subject: &'a str,
    id: Uuid,
}

impl<'a> Event<'a> {
    /// Creates an event of the subject with this id.
    pub fn new(action: AuditAction, subject: &'a str, id: Uuid) -> Self {
        Self {
            action,
            subject,
            id,
        }
    }
}

/// Rows that are inserted together.
#[derive(Default)]
pub struct Rows {
    rows: Vec<(&'static str, Value)>,
    audit_entries: Vec<AuditRow>,
}

impl Rows {
    /// Adds a row. Columns without a key get their defaults.
    pub fn add(&mut self, table: &'static str, row: Value) {
        self.rows.push((table, row));
    }

    /// Adds an entry of the audit log with the time of its action.
    pub fn audit(
        &mut self,
        at: DateTime<Utc>,
        actor: Option<(Uuid, &str)>,
        event: Event<'_>,
        change: Value,
        reason: Option<&str>,
    ) {
        let number = self.rows.len() + self.audit_entries.len();
        self.audit_entries.push(AuditRow {
            id: AuditId(id_of("audit entry", number, at)),
            created_at: at,
            actor_id: actor.map(|(id, _)| UserId(id)),
            client_id: None,
            actor_role: actor.and_then(|(_, role)| UserRole::parse(role).ok()),
            action: event.action.as_str().to_owned(),
            subject_type: event.subject.to_owned(),
            subject_id: Some(event.id),
            change: Some(change).filter(|change| !change.is_null()),
            reason: reason.map(str::to_owned),
            request_id: Some("seed".to_owned()),
            ip: None,
            seal: None,
        });
    }

    /// Inserts all rows, and the audit entries with their seals. Returns the number of rows.
    pub fn write(self, conn: &mut PgConnection, keys: &Keyring) -> Result<usize> {
        let count = self.rows.len() + self.audit_entries.len();
        for table in TABLES {
            let rows: Vec<&Value> = self
                .rows
                .iter()
                .filter(|(name, _)| *name == table)
                .map(|(_, row)| row)
                .collect();
            for same_columns in rows.chunk_by(|row, next| columns(row) == columns(next)) {
                same_columns
                    .chunks(CHUNK)
                    .try_for_each(|chunk| insert(conn, table, chunk))?;
            }
        }
        let entries: Vec<AuditRow> = self
            .audit_entries
            .into_iter()
            .map(|entry| entry.sealed(keys))
            .collect::<Result<_>>()?;
        for chunk in entries.chunks(CHUNK) {
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

/// Returns the id of a seeded row: a UUID of version 7 with the time of the row and a hash of its kind and number.
pub fn id_of(kind: &str, number: usize, at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    let rest = digest(format!("{kind} {number}").as_bytes());
    Builder::from_unix_timestamp_millis(millis, rest.first_chunk::<10>().unwrap_or(&[0; 10]))
        .into_uuid()
}
