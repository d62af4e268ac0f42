//! In which role and with which time-outs statements run, whether a connection is ours or a pooler lends it by the
//! transaction.
//!
//! Whoever the address of the database names, the work is done in the role that the migrations made for it: it cannot
//! rewrite the record, nor make or drop a table. Every transaction takes that role by itself, in the message that
//! begins it. On a connection of our own the session takes it too, so that a single statement costs nothing more.

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

/// What a session of our own begins with.
const OWN: &str = "SET ROLE esim_admin_app; SET TIME ZONE 'UTC'; SET statement_timeout = '15s'; \
    SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '30s'";
/// What a transaction begins with, in a session of our own.
const BEGIN: &str = "BEGIN; SET LOCAL ROLE esim_admin_app";
/// What a transaction begins with behind a pooler, where nothing of the session can be relied on.
const BEGIN_POOLED: &str = "BEGIN; SET LOCAL ROLE esim_admin_app; SET LOCAL TIME ZONE 'UTC'; \
    SET LOCAL statement_timeout = '15s'; SET LOCAL lock_timeout = '10s'; \
    SET LOCAL idle_in_transaction_session_timeout = '30s'";
/// Fails where the role may do what the owner of the tables may: as such, it could rewrite the record.
const MUST_NOT_OWN: &str = "DO $$ BEGIN \
    IF EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \
        AND pg_has_role(relowner, 'USAGE')) THEN \
        RAISE EXCEPTION 'the role % owns the tables, or has the rights of their owner: the program does not serve as it. \
Migrate as another role, and take the membership of the owner away from esim_admin_app', current_user; \
    END IF; END $$";

/// Whether a connection is ours from its beginning to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Session {
    /// It is: settings and prepared statements last.
    Own,
    /// A pooler lends another one for each transaction.
    Pooled,
}

impl Session {
    /// Runs something in a transaction, in the program's role.
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

/// What is known of the address of the database: whether a pooler is behind it.
#[derive(Debug, Clone, Default)]
pub(super) struct Kind {
    known: Arc<AtomicU8>,
    /// Held while it is found out, so that our own connections do not mix up what a pooler lends.
    learning: Arc<Mutex<()>>,
}

const UNKNOWN: u8 = 0;
const OURS: u8 = 1;
const POOLED: u8 = 2;

impl Kind {
    /// Whether a pooler is behind the address.
    pub fn is_pooled(&self) -> bool {
        self.known.load(Ordering::Relaxed) == POOLED
    }

    /// Opens a connection, and makes sure that statements on it run in the program's role.
    pub fn open(&self, url: &str) -> Result<(PgConnection, Session), Sql> {
        let mut conn = established(url)?;
        if self.known.load(Ordering::Relaxed) == UNKNOWN {
            let _one_at_a_time = self.learning.lock().unwrap_or_else(PoisonError::into_inner);
            if self.known.load(Ordering::Relaxed) == UNKNOWN {
                self.learn(&mut conn, url)?;
            }
        }
        if self.is_pooled() {
            // A statement that was prepared on one connection does not exist on the next.
            conn.set_prepared_statement_cache_size(CacheSize::Disabled);
            conn.batch_execute(&format!("{BEGIN_POOLED}; {MUST_NOT_OWN}; COMMIT"))?;
            return Ok((conn, Session::Pooled));
        }
        conn.batch_execute(OWN)?;
        conn.batch_execute(MUST_NOT_OWN)?;
        Ok((conn, Session::Own))
    }

    /// Finds out anew, because something that was prepared has gone.
    pub fn forget(&self) {
        self.known.store(UNKNOWN, Ordering::Relaxed);
    }

    fn learn(&self, conn: &mut PgConnection, url: &str) -> Result<(), Sql> {
        let kind = if is_lent(conn, url)? { POOLED } else { OURS };
        if self.known.swap(kind, Ordering::Relaxed) == UNKNOWN && kind == POOLED {
            tracing::info!(
                "the database is behind a pooler that lends connections by the transaction: every statement runs in a transaction of its own role and time-outs, and jobs are found by polling"
            );
        }
        Ok(())
    }
}

fn established(url: &str) -> Result<PgConnection, Sql> {
    connect(url)
        .map_err(|why| Sql::DatabaseError(DatabaseErrorKind::UnableToSendCommand, Box::new(why)))
}

/// How often a mark is left: other programs behind the same pooler may hide one.
const ROUNDS: usize = 3;

/// Whether a pooler lends connections by the transaction: a mark on the session of one connection is then seen by
/// another, or is gone when the other one holds what was lent.
fn is_lent(conn: &mut PgConnection, url: &str) -> Result<bool, Sql> {
    let mut other = established(url)?;
    for _ in 0..ROUNDS {
        let mark = Uuid::new_v4().simple().to_string();
        conn.batch_execute(&format!("SET esim_admin.mark = '{mark}'"))?;
        other.batch_execute("BEGIN")?;
        let is_lent = has_mark(&mut other, &mark)? || !has_mark(conn, &mark)?;
        // What the other one holds goes back without a mark.
        other.batch_execute("ROLLBACK; RESET esim_admin.mark")?;
        if is_lent {
            return Ok(true);
        }
    }
    conn.batch_execute("RESET esim_admin.mark")?;
    Ok(false)
}

/// Whether the session has the mark. Asked without parameters, because those of a prepared statement may go elsewhere.
fn has_mark(conn: &mut PgConnection, mark: &str) -> Result<bool, Sql> {
    const ABSENT: &str = "esim_admin.mark is absent";
    let asked = format!(
        "DO $$ BEGIN IF current_setting('esim_admin.mark', true) IS DISTINCT FROM '{mark}' THEN \
         RAISE EXCEPTION '{ABSENT}'; END IF; END $$"
    );
    match conn.batch_execute(&asked) {
        Ok(()) => Ok(true),
        Err(Sql::DatabaseError(_, info)) if info.message() == ABSENT => Ok(false),
        Err(error) => Err(error),
    }
}
