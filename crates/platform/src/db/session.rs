//! Sets the role and the time-outs of statements, on connections of our own and behind a transaction pooler.
//!
//! Whichever role `DATABASE_URL` names, statements run in the role that the migrations created: it cannot change the logs,
//! nor create or drop a table. Every transaction sets that role in the message that begins it. On a connection of our own,
//! the session sets it too, so that a single statement needs no transaction.

use super::reason::connect;
use crate::error::Result;
use diesel::{
    Connection, PgConnection,
    connection::{AnsiTransactionManager, CacheSize, SimpleConnection, TransactionManager},
    result::{DatabaseErrorKind, Error as Sql},
};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU8, Ordering},
};
use uuid::Uuid;

/// The first statements of a session of our own.
const OWN: &str = "SET ROLE esim_admin_app; SET TIME ZONE 'UTC'; SET statement_timeout = '15s'; \
    SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '30s'";
/// The start of a transaction in a session of our own.
const BEGIN: &str = "BEGIN; SET LOCAL ROLE esim_admin_app";
/// The start of a transaction behind a pooler, where no session state lasts.
const BEGIN_POOLED: &str = "BEGIN; SET LOCAL ROLE esim_admin_app; SET LOCAL TIME ZONE 'UTC'; \
    SET LOCAL statement_timeout = '15s'; SET LOCAL lock_timeout = '10s'; \
    SET LOCAL idle_in_transaction_session_timeout = '30s'";
/// Fails when the role has the rights of the owner of the tables, with which it could change the logs.
const MUST_NOT_OWN: &str = "DO $$ BEGIN \
    IF EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \
        AND pg_has_role(relowner, 'USAGE')) THEN \
        RAISE EXCEPTION 'the role % owns the tables, or has the rights of their owner: the program does not serve as it. \
Migrate as another role, and take the membership of the owner away from esim_admin_app', current_user; \
    END IF; END $$";

/// Whether a connection keeps its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Session {
    /// Settings and prepared statements last.
    Own,
    /// A pooler assigns a connection per transaction.
    Pooled,
}

impl Session {
    /// Runs work in a transaction, in the role of the program.
    pub fn transaction<T>(
        self,
        conn: &mut PgConnection,
        f: impl FnOnce(&mut PgConnection) -> Result<T>,
    ) -> Result<T> {
        let begin = match self {
            Self::Own => BEGIN,
            Self::Pooled => BEGIN_POOLED,
        };
        AnsiTransactionManager::begin_transaction_sql(conn, begin)?;
        match f(conn) {
            Ok(value) => {
                AnsiTransactionManager::commit_transaction(conn)?;
                Ok(value)
            }
            Err(error) => match AnsiTransactionManager::rollback_transaction(conn) {
                Ok(()) | Err(Sql::BrokenTransactionManager) => Err(error),
                Err(rollback) => Err(rollback.into()),
            },
        }
    }
}

/// Whether a transaction pooler is behind the address of the database.
#[derive(Debug, Clone, Default)]
pub(super) struct Kind {
    known: Arc<AtomicU8>,
    /// Held during detection, so that other connections of ours do not disturb it.
    learning: Arc<Mutex<()>>,
}

const UNKNOWN: u8 = 0;
const OURS: u8 = 1;
const POOLED: u8 = 2;

impl Kind {
    /// Returns whether a pooler is behind the address. False before detection.
    pub fn is_pooled(&self) -> bool {
        self.known.load(Ordering::Relaxed) == POOLED
    }

    /// Opens a connection whose statements run in the role of the program.
    pub fn open(&self, url: &str) -> Result<(PgConnection, Session), Sql> {
        let mut conn = established(url)?;
        if self.known.load(Ordering::Relaxed) == UNKNOWN {
            let _one_at_a_time = self.learning.lock().unwrap_or_else(PoisonError::into_inner);
            if self.known.load(Ordering::Relaxed) == UNKNOWN {
                self.learn(&mut conn, url)?;
            }
        }
        if self.is_pooled() {
            // A statement prepared on one connection does not exist on the next.
            conn.set_prepared_statement_cache_size(CacheSize::Disabled);
            conn.batch_execute(&format!("{BEGIN_POOLED}; {MUST_NOT_OWN}; COMMIT"))?;
            return Ok((conn, Session::Pooled));
        }
        conn.batch_execute(OWN)?;
        conn.batch_execute(MUST_NOT_OWN)?;
        Ok((conn, Session::Own))
    }

    /// Makes the next connection detect a pooler again, after a prepared statement was missing.
    pub fn forget(&self) {
        self.known.store(UNKNOWN, Ordering::Relaxed);
    }

    fn learn(&self, conn: &mut PgConnection, url: &str) -> Result<(), Sql> {
        let kind = if has_pooler(conn, url)? { POOLED } else { OURS };
        if self.known.swap(kind, Ordering::Relaxed) == UNKNOWN && kind == POOLED {
            tracing::info!(
                "the database is behind a transaction pooler: every statement runs in a transaction that sets the role and the time-outs, and the worker finds jobs by polling"
            );
        }
        Ok(())
    }
}

fn established(url: &str) -> Result<PgConnection, Sql> {
    connect(url)
        .map_err(|why| Sql::DatabaseError(DatabaseErrorKind::UnableToSendCommand, Box::new(why)))
}

/// Rounds of detection: other programs behind the same pooler may hide a mark.
const ROUNDS: usize = 3;

/// Detects a transaction pooler by a mark on the session of one connection: behind a pooler, a second connection sees the
/// mark, or the first one has lost it while the second holds the server connection.
fn has_pooler(conn: &mut PgConnection, url: &str) -> Result<bool, Sql> {
    let mut other = established(url)?;
    for _ in 0..ROUNDS {
        let mark = Uuid::new_v4().simple().to_string();
        conn.batch_execute(&format!("SET esim_admin.mark = '{mark}'"))?;
        other.batch_execute("BEGIN")?;
        let is_pooled = has_mark(&mut other, &mark)? || !has_mark(conn, &mark)?;
        // Returns the server connection of the second one to the pooler without a mark.
        other.batch_execute("ROLLBACK; RESET esim_admin.mark")?;
        if is_pooled {
            return Ok(true);
        }
    }
    conn.batch_execute("RESET esim_admin.mark")?;
    Ok(false)
}

/// Returns whether the session has the mark. The query has no parameters, because a pooler may send a prepared statement
/// to another connection.
fn has_mark(conn: &mut PgConnection, mark: &str) -> Result<bool, Sql> {
    const ABSENT: &str = "esim_admin.mark is absent";
    let query = format!(
        "DO $$ BEGIN IF current_setting('esim_admin.mark', true) IS DISTINCT FROM '{mark}' THEN \
         RAISE EXCEPTION '{ABSENT}'; END IF; END $$"
    );
    match conn.batch_execute(&query) {
        Ok(()) => Ok(true),
        Err(Sql::DatabaseError(_, info)) if info.message() == ABSENT => Ok(false),
        Err(error) => Err(error),
    }
}
