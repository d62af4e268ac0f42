//! All SQL of the access log.

use crate::{
    audit::chain::{self, Log},
    names::Names,
};
use diesel::{pg::Pg, prelude::*};
use platform::{
    Actor, Conn, Result,
    audit::{AccessRow, Reasons, Subject},
    page,
};
use schema::pii_access_log as log;
use wire::{
    Page, Paging,
    system::audit::{AccessEntry, AccessFilter, AccessSort},
};

fn matching(filter: &AccessFilter) -> log::BoxedQuery<'_, Pg> {
    let mut rows = log::table.into_boxed();
    if let Some(actor) = filter.actor_id {
        rows = rows.filter(log::actor_id.eq(actor));
    }
    if let Some(client) = filter.client_id {
        rows = rows.filter(log::client_id.eq(client));
    }
    if let Some(kind) = &filter.subject_type {
        rows = rows.filter(log::subject_type.eq(kind));
    }
    if let Some(subject) = filter.subject_id {
        rows = rows.filter(log::subject_id.eq(subject.0));
    }
    if let Some(field) = &filter.field {
        rows = rows.filter(log::field.eq(field));
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
    filter: &AccessFilter,
    paging: &Paging<AccessSort>,
) -> Result<Page<AccessEntry>> {
    let rows: Page<AccessRow> = page!(conn, paging, matching(filter) => AccessRow, tie log::id, { AccessSort::CreatedAt => log::created_at })?;
    rows.try_all(|rows| named(conn, actor, rows))
}

fn subject_of(row: &AccessRow) -> Subject<'_> {
    Subject {
        kind: &row.subject_type,
        id: row.subject_id,
    }
}

/// Adds the names of the readers to the rows.
fn named(conn: &mut Conn, actor: &Actor, rows: Vec<AccessRow>) -> Result<Vec<AccessEntry>> {
    let who = rows.iter().map(|row| (row.actor_id, row.client_id));
    let names = Names::load(conn, actor, who)?;
    let ids: Vec<_> = rows.iter().map(|row| row.id.0).collect();
    let linked = chain::linked(conn, Log::Access, &ids)?;
    let reasons = Reasons::load(conn, &actor.keys, rows.iter().map(subject_of))?;
    let to_entry = |row: AccessRow| AccessEntry {
        reason: reasons.open(subject_of(&row), row.reason.clone()),
        id: row.id,
        created_at: row.created_at,
        actor: names.person(row.actor_id),
        actor_id: row.actor_id,
        client: names.client(row.client_id),
        client_id: row.client_id,
        subject_type: row.subject_type,
        subject_id: row.subject_id,
        field: row.field,
        detail: row.detail,
        request_id: row.request_id,
        ip: row.ip,
        is_linked: linked.contains(&row.id.0),
    };
    Ok(rows.into_iter().map(to_entry).collect())
}
