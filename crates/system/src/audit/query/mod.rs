//! All SQL of reading the audit log.

pub mod chain;

use crate::names::Names;
use diesel::{pg::Pg, prelude::*};
use platform::{
    Actor, Conn, Result,
    audit::{AuditRow, Reasons, Subject},
    list::begins,
    page,
};
use schema::audit_log as log;
use wire::{
    AuditId, Page, Paging,
    system::audit::{AuditAction, AuditEntry, AuditFilter, AuditSort},
};

/// Returns the names and former names of the actions that a filter finds, so that it also finds entries from before an action
/// was renamed.
fn names_of(filter: &str) -> Vec<&'static str> {
    let finds = |name: &str| match filter.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == filter,
    };
    AuditAction::ALL
        .iter()
        .map(|action| action.names())
        .filter(|names| names.iter().any(|name| finds(name)))
        .flatten()
        .copied()
        .collect()
}

fn matching(filter: &AuditFilter) -> log::BoxedQuery<'_, Pg> {
    let mut rows = log::table.into_boxed();
    if let Some(actor) = filter.actor_id {
        rows = rows.filter(log::actor_id.eq(actor));
    }
    if let Some(client) = filter.client_id {
        rows = rows.filter(log::client_id.eq(client));
    }
    if let Some(action) = &filter.action {
        let known = names_of(action);
        rows = match action.strip_suffix('*') {
            Some(prefix) => rows.filter(
                log::action
                    .like(begins(prefix))
                    .or(log::action.eq_any(known)),
            ),
            None if known.is_empty() => rows.filter(log::action.eq(action)),
            None => rows.filter(log::action.eq_any(known)),
        };
    }
    if let Some(kind) = &filter.subject_type {
        rows = rows.filter(log::subject_type.eq(kind));
    }
    if let Some(subject) = filter.subject_id {
        rows = rows.filter(log::subject_id.eq(subject.0));
    }
    if let Some(request) = &filter.request_id {
        rows = rows.filter(log::request_id.eq(request));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(log::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(log::created_at.lt(to));
    }
    rows
}

/// Returns one page. Names are not masked, because every role that may read the log may see full names.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &AuditFilter,
    paging: &Paging<AuditSort>,
) -> Result<Page<AuditEntry>> {
    let rows: Page<AuditRow> = page!(conn, paging, matching(filter) => AuditRow, tie log::id, { AuditSort::CreatedAt => log::created_at })?;
    rows.try_all(|rows| named(conn, actor, rows))
}

/// Returns an entry.
pub fn find(conn: &mut Conn, actor: &Actor, id: AuditId) -> Result<AuditEntry> {
    let row = log::table
        .filter(log::id.eq(id))
        .select(AuditRow::as_select())
        .first(conn)?;
    named(conn, actor, vec![row])?
        .pop()
        .ok_or_else(|| diesel::NotFound.into())
}

fn subject_of(row: &AuditRow) -> Subject<'_> {
    Subject {
        kind: &row.subject_type,
        id: row.subject_id.unwrap_or_default(),
    }
}

/// Adds the names of the actors to the rows.
fn named(conn: &mut Conn, actor: &Actor, rows: Vec<AuditRow>) -> Result<Vec<AuditEntry>> {
    let who = rows.iter().map(|row| (row.actor_id, row.client_id));
    let names = Names::load(conn, actor, who)?;
    let ids: Vec<_> = rows.iter().map(|row| row.id.0).collect();
    let linked = chain::linked(conn, chain::Log::Audit, &ids)?;
    let reasons = Reasons::load(conn, &actor.keys, rows.iter().map(subject_of))?;
    let to_entry = |row: AuditRow| AuditEntry {
        reason: reasons.open(subject_of(&row), row.reason.clone()),
        id: row.id,
        created_at: row.created_at,
        actor: names.person(row.actor_id),
        actor_id: row.actor_id,
        client: names.client(row.client_id),
        client_id: row.client_id,
        actor_role: row.actor_role,
        // An entry with a former name reads as its action has been called since.
        action: AuditAction::from_name(&row.action)
            .map_or(row.action, |action| action.as_str().to_owned()),
        subject_type: row.subject_type,
        subject_id: row.subject_id.filter(|id| !id.is_nil()),
        change: row.change,
        request_id: row.request_id,
        ip: row.ip,
        is_linked: linked.contains(&row.id.0),
    };
    Ok(rows.into_iter().map(to_entry).collect())
}
