//! SQL of the chain.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    dsl::{exists, not},
    pg::Pg,
    prelude::*,
    sql_types::BigInt,
};
use platform::{
    Conn, Result, Tx,
    audit::{AccessRow, AuditRow, Entry},
    crypto::Keyring,
};
use schema::{audit_chain as chain, audit_log as audit, pii_access_log as access};
use std::collections::HashSet;
use uuid::Uuid;
use wire::{AccessId, AuditId};

/// The advisory lock of the transaction that adds links, so that the links have one order.
const LOCK: i64 = 7_277_080;
/// The maximum time from writing an entry to committing it. The next verification links the entries of slower transactions.
const COMMIT_DELAY: TimeDelta = TimeDelta::minutes(10);

/// One of the two logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    Audit,
    Access,
}

impl Log {
    pub const BOTH: [Self; 2] = [Self::Audit, Self::Access];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Access => "access",
        }
    }
    pub fn parse(name: &str) -> Option<Self> {
        Self::BOTH.into_iter().find(|log| log.as_str() == name)
    }
}

/// An entry of either log.
pub enum LogEntry {
    Audit(AuditRow),
    Access(AccessRow),
}

impl LogEntry {
    pub fn log(&self) -> Log {
        match self {
            Self::Audit(_) => Log::Audit,
            Self::Access(_) => Log::Access,
        }
    }
    pub fn id(&self) -> Uuid {
        match self {
            Self::Audit(row) => row.id.0,
            Self::Access(row) => row.id.0,
        }
    }
    pub fn position(&self) -> (DateTime<Utc>, Uuid) {
        match self {
            Self::Audit(row) => (row.created_at, row.id.0),
            Self::Access(row) => (row.created_at, row.id.0),
        }
    }
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Audit(row) => row.bytes(),
            Self::Access(row) => row.bytes(),
        }
    }
    pub fn is_genuine(&self, keys: &Keyring) -> bool {
        match self {
            Self::Audit(row) => row.is_genuine(keys),
            Self::Access(row) => row.is_genuine(keys),
        }
    }
}

/// A link of the chain.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = chain, check_for_backend(Pg))]
pub struct Link {
    pub seq: i64,
    pub log: String,
    pub entry_id: Uuid,
    pub hash: Vec<u8>,
}

diesel::define_sql_function! {
    /// Waits for the advisory lock, and holds it until the end of the transaction.
    fn pg_advisory_xact_lock(key: BigInt) -> diesel::sql_types::Bool;
}

/// Locks the chain until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>) -> Result<()> {
    diesel::select(pg_advisory_xact_lock(LOCK)).execute(tx.conn())?;
    Ok(())
}

/// Returns the last link.
pub fn last(conn: &mut Conn) -> Result<Option<Link>> {
    Ok(chain::table
        .order_by(chain::seq.desc())
        .select(Link::as_select())
        .first(conn)
        .optional()?)
}

/// Returns the link with this number.
pub fn link(conn: &mut Conn, seq: i64) -> Result<Option<Link>> {
    Ok(chain::table
        .find(seq)
        .select(Link::as_select())
        .first(conn)
        .optional()?)
}

/// Returns the next links after this number.
pub fn links(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<Link>> {
    Ok(chain::table
        .filter(chain::seq.gt(after))
        .order_by(chain::seq)
        .limit(limit)
        .select(Link::as_select())
        .load(conn)?)
}

/// Adds links.
pub fn add(tx: &mut Tx<'_>, links: &[Link]) -> Result<()> {
    diesel::insert_into(chain::table)
        .values(links)
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the ids among these whose entries are linked.
pub fn linked(conn: &mut Conn, log: Log, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
    let found: Vec<Uuid> = chain::table
        .filter(chain::log.eq(log.as_str()))
        .filter(chain::entry_id.eq_any(ids))
        .select(chain::entry_id)
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// Returns the time since which entries without a link may exist. Entries before the one that was linked last have their
/// links, except those whose transactions were still open.
pub fn unlinked_since(conn: &mut Conn) -> Result<DateTime<Utc>> {
    let Some(last) = last(conn)? else {
        return Ok(DateTime::UNIX_EPOCH);
    };
    let log = Log::parse(&last.log).unwrap_or(Log::Audit);
    let entry = entries(conn, log, &[last.entry_id])?.pop();
    Ok(entry.map_or(DateTime::UNIX_EPOCH, |entry| {
        entry.position().0 - COMMIT_DELAY
    }))
}

/// Returns the sealed entries without a link that were written since this time, oldest first.
pub fn unlinked(conn: &mut Conn, since: DateTime<Utc>, limit: i64) -> Result<Vec<LogEntry>> {
    let mut found: Vec<LogEntry> = audit::table
        .filter(audit::created_at.ge(since))
        .filter(audit::seal.is_not_null())
        .filter(not(exists(
            chain::table
                .filter(chain::log.eq(Log::Audit.as_str()))
                .filter(chain::entry_id.eq(audit::id)),
        )))
        .order_by((audit::created_at, audit::id))
        .limit(limit)
        .select(AuditRow::as_select())
        .load(conn)?
        .into_iter()
        .map(LogEntry::Audit)
        .collect();
    let accesses = access::table
        .filter(access::created_at.ge(since))
        .filter(access::seal.is_not_null())
        .filter(not(exists(
            chain::table
                .filter(chain::log.eq(Log::Access.as_str()))
                .filter(chain::entry_id.eq(access::id)),
        )))
        .order_by((access::created_at, access::id))
        .limit(limit)
        .select(AccessRow::as_select())
        .load(conn)?;
    found.extend(accesses.into_iter().map(LogEntry::Access));
    found.sort_by_key(LogEntry::position);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Returns the time and id of the next entries of a log after a position, in order of time.
pub fn walk(
    conn: &mut Conn,
    log: Log,
    after: (DateTime<Utc>, Uuid),
    limit: i64,
) -> Result<Vec<(DateTime<Utc>, Uuid)>> {
    let (at, id) = after;
    Ok(match log {
        Log::Audit => audit::table
            .filter(audit::created_at.ge(at))
            .filter(audit::created_at.gt(at).or(audit::id.gt(AuditId(id))))
            .order_by((audit::created_at, audit::id))
            .limit(limit)
            .select((audit::created_at, audit::id))
            .load(conn)?,
        Log::Access => access::table
            .filter(access::created_at.ge(at))
            .filter(access::created_at.gt(at).or(access::id.gt(AccessId(id))))
            .order_by((access::created_at, access::id))
            .limit(limit)
            .select((access::created_at, access::id))
            .load(conn)?,
    })
}

/// Returns the entries of a log with these ids.
pub fn entries(conn: &mut Conn, log: Log, ids: &[Uuid]) -> Result<Vec<LogEntry>> {
    Ok(match log {
        Log::Audit => audit::table
            .filter(audit::id.eq_any(ids))
            .select(AuditRow::as_select())
            .load(conn)?
            .into_iter()
            .map(LogEntry::Audit)
            .collect(),
        Log::Access => access::table
            .filter(access::id.eq_any(ids))
            .select(AccessRow::as_select())
            .load(conn)?
            .into_iter()
            .map(LogEntry::Access)
            .collect(),
    })
}
