//! All SQL of runs.

use super::{RunOutcome, RunSubject};
use chrono::{DateTime, Utc};
use diesel::{delete, insert_into, pg::Pg, prelude::*, update};
use platform::{Actor, Conn, Error, Result, Tx, any_of, page};
use schema::provider_runs as runs;
use wire::{
    Page, Paging, ProviderId, ProviderRunId, TwilioConfigId, UserId,
    integrations::providers::{
        ProviderRun, ProviderRunFilter, ProviderRunKind, ProviderRunSort, ProviderRunStatus,
    },
};

/// The maximum length of a stored message.
const MESSAGE: usize = 500;
/// The maximum number of stored conflicts.
const CONFLICTS: usize = 100;

/// Returns one page of the runs.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &ProviderRunFilter,
    paging: &Paging<ProviderRunSort>,
) -> Result<Page<ProviderRun>> {
    page!(conn, paging, matching(filter) => ProviderRun, tie runs::id, {
        ProviderRunSort::CreatedAt => runs::created_at,
    })
}

fn matching(filter: &ProviderRunFilter) -> runs::BoxedQuery<'_, Pg> {
    let mut rows = runs::table.into_boxed();
    if let Some(provider) = filter.provider_id {
        rows = rows.filter(runs::provider_id.eq(provider));
    }
    if let Some(config) = filter.twilio_config_id {
        rows = rows.filter(runs::twilio_config_id.eq(config));
    }
    rows = any_of!(rows, runs::kind, filter.kind);
    rows = any_of!(rows, runs::status, filter.status);
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(runs::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(runs::created_at.lt(to));
    }
    rows
}

/// Returns a run.
pub fn find(conn: &mut Conn, id: ProviderRunId) -> Result<ProviderRun> {
    Ok(runs::table
        .find(id)
        .select(ProviderRun::as_select())
        .first(conn)?)
}

/// Returns a run, locked until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: ProviderRunId) -> Result<ProviderRun> {
    Ok(runs::table
        .find(id)
        .select(ProviderRun::as_select())
        .for_update()
        .first(tx.conn())?)
}

const fn ids(subject: RunSubject) -> (Option<ProviderId>, Option<TwilioConfigId>) {
    match subject {
        RunSubject::Provider(id) => (Some(id), None),
        RunSubject::Twilio(id) => (None, Some(id)),
    }
}

/// Returns the runs of a kind of an account.
fn of(subject: RunSubject, kind: ProviderRunKind) -> runs::BoxedQuery<'static, Pg> {
    let rows = runs::table.filter(runs::kind.eq(kind)).into_boxed();
    match subject {
        RunSubject::Provider(id) => rows.filter(runs::provider_id.eq(id)),
        RunSubject::Twilio(id) => rows.filter(runs::twilio_config_id.eq(id)),
    }
}

/// Returns the last run of a kind of an account.
pub fn last(
    conn: &mut Conn,
    subject: RunSubject,
    kind: ProviderRunKind,
) -> Result<Option<ProviderRun>> {
    Ok(of(subject, kind)
        .order((runs::created_at.desc(), runs::id.desc()))
        .select(ProviderRun::as_select())
        .first(conn)
        .optional()?)
}

/// Returns the open run of a kind of an account.
pub fn open(
    conn: &mut Conn,
    subject: RunSubject,
    kind: ProviderRunKind,
) -> Result<Option<ProviderRun>> {
    let open = [ProviderRunStatus::Queued, ProviderRunStatus::Running];
    Ok(of(subject, kind)
        .filter(runs::status.eq_any(open))
        .select(ProviderRun::as_select())
        .first(conn)
        .optional()?)
}

/// Adds a run; `None` while a run of the kind is open.
pub fn insert(
    tx: &mut Tx<'_>,
    subject: RunSubject,
    kind: ProviderRunKind,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Option<ProviderRun>> {
    let (provider, config) = ids(subject);
    Ok(insert_into(runs::table)
        .values((
            runs::id.eq(ProviderRunId::new()),
            runs::provider_id.eq(provider),
            runs::twilio_config_id.eq(config),
            runs::kind.eq(kind),
            runs::requested_by.eq(by),
            runs::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .returning(ProviderRun::as_returning())
        .get_result(tx.conn())
        .optional()?)
}

/// Marks a run as begun.
pub fn begin(tx: &mut Tx<'_>, id: ProviderRunId, now: DateTime<Utc>) -> Result<ProviderRun> {
    Ok(update(runs::table.find(id))
        .set((
            runs::status.eq(ProviderRunStatus::Running),
            runs::started_at.eq(now),
            runs::version.eq(runs::version + 1),
        ))
        .returning(ProviderRun::as_returning())
        .get_result(tx.conn())?)
}

/// Stores what was read so far.
pub fn progress(tx: &mut Tx<'_>, id: ProviderRunId, pages: i32, items: i32) -> Result<()> {
    update(runs::table.find(id))
        .set((
            runs::pages.eq(pages),
            runs::items.eq(items),
            runs::version.eq(runs::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Stores the outcome of a run.
pub fn finish(
    tx: &mut Tx<'_>,
    id: ProviderRunId,
    status: ProviderRunStatus,
    outcome: &RunOutcome,
    now: DateTime<Utc>,
) -> Result<()> {
    let message: String = outcome.message.chars().take(MESSAGE).collect();
    let conflicts: Vec<_> = outcome.conflicts.iter().take(CONFLICTS).collect();
    update(runs::table.find(id))
        .set((
            runs::status.eq(status),
            runs::message.eq(message),
            runs::duration_ms.eq(outcome.duration_ms),
            runs::added.eq(outcome.added),
            runs::changed.eq(outcome.changed),
            runs::conflicts.eq(serde_json::to_value(conflicts).map_err(Error::internal)?),
            runs::price_list_id.eq(outcome.price_list_id),
            runs::finished_at.eq(now),
            runs::version.eq(runs::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Deletes the runs that ended before a time.
pub fn purge(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize> {
    Ok(delete(runs::table.filter(runs::finished_at.lt(before))).execute(tx.conn())?)
}
