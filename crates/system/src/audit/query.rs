//! All SQL of reading the record.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use platform::{Actor, Conn, Result, page, people};
use schema::audit_log as log;
use uuid::Uuid;
use wire::{
    AuditId, Page, Paging, UserId,
    accounts::users::UserRole,
    system::audit::{AuditEntry, AuditFilter, AuditSort},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = log, check_for_backend(Pg))]
struct EntryRow {
    id: AuditId,
    created_at: DateTime<Utc>,
    actor_id: Option<UserId>,
    actor_role: Option<UserRole>,
    action: String,
    subject_type: String,
    subject_id: Option<Uuid>,
    change: Option<serde_json::Value>,
    reason: Option<String>,
    request_id: Option<String>,
    ip: Option<String>,
}

fn matching(filter: &AuditFilter) -> log::BoxedQuery<'_, Pg> {
    let mut rows = log::table.into_boxed();
    if let Some(actor) = filter.actor_id {
        rows = rows.filter(log::actor_id.eq(actor));
    }
    if let Some(action) = &filter.action {
        rows = rows.filter(log::action.eq(action));
    }
    if let Some(kind) = &filter.subject_type {
        rows = rows.filter(log::subject_type.eq(kind));
    }
    if let Some(subject) = filter.subject_id {
        rows = rows.filter(log::subject_id.eq(subject.0));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(log::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(log::created_at.lt(to));
    }
    rows
}

/// One page. Only who sees everybody's names in full may read the record, so nothing is masked.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &AuditFilter,
    paging: &Paging<AuditSort>,
) -> Result<Page<AuditEntry>> {
    let rows: Page<EntryRow> = page!(conn, paging, matching(filter) => EntryRow, tie log::id, { AuditSort::CreatedAt => log::created_at })?;
    rows.try_all(|rows| named(conn, actor, rows))
}

/// One entry.
pub fn find(conn: &mut Conn, actor: &Actor, id: AuditId) -> Result<AuditEntry> {
    let row = log::table
        .filter(log::id.eq(id))
        .select(EntryRow::as_select())
        .first(conn)?;
    named(conn, actor, vec![row])?
        .pop()
        .ok_or_else(|| diesel::NotFound.into())
}

/// The rows with the names of those who acted.
fn named(conn: &mut Conn, actor: &Actor, rows: Vec<EntryRow>) -> Result<Vec<AuditEntry>> {
    let mut actors: Vec<UserId> = rows.iter().filter_map(|row| row.actor_id).collect();
    actors.sort_unstable();
    actors.dedup();
    let names = people::names(conn, &actor.keys, &actors, false)?;
    Ok(rows
        .into_iter()
        .map(|row| AuditEntry {
            id: row.id,
            created_at: row.created_at,
            actor: row.actor_id.and_then(|id| names.get(&id).cloned()),
            actor_id: row.actor_id,
            actor_role: row.actor_role,
            action: row.action,
            subject_type: row.subject_type,
            subject_id: row.subject_id.filter(|id| !id.is_nil()),
            change: row.change,
            reason: row.reason,
            request_id: row.request_id,
            ip: row.ip,
        })
        .collect())
}
