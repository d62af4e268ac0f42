//! The database: the only module that borrows connections and begins transactions.
//!
//! r2d2 manages the connections. One thread per connection takes work from one queue in first-in, first-out order, so a thread
//! never waits for a connection. In the blocking pool of actix, threads compete for connections: a thread that has returned a
//! connection takes it again before the thread that it woke, and single requests starve. That, and not the database, caused
//! the high p99 latency of r2d2 (see the README).

mod outage;
mod reason;
mod session;

use crate::{
    audit,
    crypto::Keyring,
    error::{Error, Result},
    http, metrics,
};
use crossbeam_channel::{Sender, TrySendError};
use diesel::{Connection, PgConnection, connection::SimpleConnection, result::Error as Sql};
use outage::{CHECK_INTERVAL, Outage};
use session::{Kind, Session};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

pub(crate) use reason::connect;

/// A database connection, so that other files do not depend on `diesel`.
pub type Conn = PgConnection;

/// A transaction. Only [`Db::write`] creates one, so every write runs in a transaction.
pub struct Tx<'c>(&'c mut Conn);

impl Tx<'_> {
    /// Returns the connection of the transaction.
    pub fn conn(&mut self) -> &mut Conn {
        self.0
    }

    /// Runs work in a savepoint: an error undoes what the work wrote, and the transaction goes on.
    pub fn savepoint<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.0.transaction(|conn| work(&mut Tx(conn)))
    }
}

/// How long a thread waits for a connection before the request fails with 503.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(2);
/// The maximum number of waiting requests per connection.
const QUEUE_PER_CONNECTION: usize = 64;

/// The number of times that a transaction runs at most.
const WRITE_ATTEMPTS: u32 = 4;
/// The pause before a transaction runs again, multiplied by the number of attempts so far.
const WRITE_PAUSE: Duration = Duration::from_millis(20);

type Pool = r2d2::Pool<Manager>;
type Work = Box<dyn FnOnce(Result<&mut Link>) + Send>;

/// The database.
#[derive(Clone)]
pub struct Db {
    queue: Sender<Work>,
    queue_limit: usize,
    outage: Arc<Outage>,
    kind: Kind,
}

/// How a task uses the database, which decides whether it runs in a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    /// The task reads; each statement may run outside a transaction.
    Read,
    /// The task writes, in one transaction.
    Write,
}

impl Db {
    /// Connects lazily: a server that starts before its database answers 503 until the database is available.
    ///
    /// The keys seal the audit entries about values that do not open.
    pub fn new(url: &str, size: u32, keys: &Keyring) -> Result<Self> {
        let (url, kind) = (with_timeouts(url), Kind::default());
        let pool = r2d2::Pool::builder()
            .max_size(size)
            .connection_timeout(CONNECTION_TIMEOUT)
            .test_on_check_out(false)
            .error_handler(Box::new(LogErrors::default()))
            .build_unchecked(Manager {
                url: url.clone(),
                keys: keys.clone(),
                kind: kind.clone(),
            });
        let queue_limit = usize::try_from(size).unwrap_or(1) * QUEUE_PER_CONNECTION;
        let (queue, work) = crossbeam_channel::bounded::<Work>(queue_limit);
        let outage = Arc::new(Outage::none(size));
        let watched = Arc::downgrade(&outage);
        spawn("db-watch".to_owned(), move || outage::watch(&url, &watched))?;
        for number in 0..size {
            let (pool, work, outage) = (pool.clone(), work.clone(), outage.clone());
            spawn(format!("db-{number}"), move || {
                let number = usize::try_from(number).unwrap_or(usize::MAX);
                for task in work {
                    outage.set_busy(number, true);
                    serve(&pool, &outage, task);
                    outage.set_busy(number, false);
                }
            })?;
        }
        Ok(Self {
            queue,
            queue_limit,
            outage,
            kind,
        })
    }

    /// Returns whether a transaction pooler is in front of the database, so that no session state lasts. False before the
    /// first connection.
    pub fn is_pooled(&self) -> bool {
        self.kind.is_pooled()
    }

    /// Reads, outside a transaction unless a pooler requires one.
    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.run(Access::Read, f).await
    }

    /// Writes in one transaction. PostgreSQL may end a transaction in favour of another one (a deadlock, a serialization
    /// failure); the transaction then runs again, up to [`WRITE_ATTEMPTS`] times in total.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T> + Clone + Send + 'static,
    ) -> Result<T> {
        for attempt in 1..WRITE_ATTEMPTS {
            let again = f.clone();
            match self.run(Access::Write, |conn| again(&mut Tx(conn))).await {
                Err(Error::TransactionConflict(cause)) => {
                    tracing::info!(attempt, %cause, "a transaction is repeated: {cause}");
                    metrics::record_repeated_transaction();
                    tokio::time::sleep(WRITE_PAUSE * attempt).await;
                }
                outcome => return outcome,
            }
        }
        self.run(Access::Write, |conn| f(&mut Tx(conn))).await
    }

    /// Returns the number of waiting requests and its limit.
    pub fn load(&self) -> (usize, usize) {
        (self.queue.len(), self.queue_limit)
    }

    async fn run<T: Send + 'static>(
        &self,
        access: Access,
        f: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, mut result) = tokio::sync::oneshot::channel();
        let (span, request) = (tracing::Span::current(), http::request_id());
        let task: Work = Box::new(move |link| {
            // Skips the work when the client has disconnected.
            if answer.is_closed() {
                return;
            }
            let outcome =
                link.and_then(|link| span.in_scope(|| link.run(access, request.as_deref(), f)));
            let _ = answer.send(outcome);
        });
        self.queue.try_send(task).map_err(|error| match error {
            TrySendError::Full(_) => {
                Error::Unavailable("too many requests wait for the database".into())
            }
            TrySendError::Disconnected(_) => Error::internal("the database threads have ended"),
        })?;
        loop {
            tokio::select! {
                done = &mut result => {
                    return done.map_err(|_| Error::internal("a database task was dropped"))?;
                }
                () = tokio::time::sleep(CHECK_INTERVAL) => if self.outage.is_silent() {
                    // The outcome is unknown: a repetition with the same idempotency key returns it.
                    return Err(Error::Unavailable("the database does not answer".into()));
                }
            }
        }
    }
}

fn spawn(name: String, work: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = std::thread::Builder::new().name(name).spawn(work);
    thread.map(drop).map_err(Error::internal)
}

fn serve(pool: &Pool, outage: &Outage, task: Work) {
    if outage.is_on() {
        return task(Err(Error::Unavailable(
            "the database was unavailable a moment ago".into(),
        )));
    }
    match pool.get() {
        Ok(mut link) => task(Ok(&mut link)),
        Err(error) => {
            outage.begin();
            task(Err(Error::Unavailable(error.to_string())));
        }
    }
}

/// A connection that records whether it is broken. The check of Diesel does not detect that the server has closed it.
struct Link {
    conn: PgConnection,
    session: Session,
    kind: Kind,
    keys: Keyring,
    is_broken: bool,
}

impl Link {
    fn run<T>(
        &mut self,
        access: Access,
        request: Option<&str>,
        f: impl FnOnce(&mut Conn) -> Result<T>,
    ) -> Result<T> {
        let (conn, session) = (&mut self.conn, self.session);
        let work = || match (access, session) {
            (Access::Read, Session::Own) => f(conn),
            _ => session.transaction(conn, f),
        };
        let work = AssertUnwindSafe(|| http::with_request_id_sync(request, work));
        match catch_unwind(work) {
            // Recorded after the transaction that read the value, so that its rollback does not remove the entry.
            Ok(Err(Error::Unreadable(value))) => {
                let record =
                    |conn: &mut Conn| audit::record_unreadable(conn, &self.keys, request, &value);
                if let Err(error) = self.session.transaction(&mut self.conn, record) {
                    tracing::error!("a value that does not open could not be recorded: {error}");
                }
                Err(Error::Unreadable(value))
            }
            // A pooler has assigned another connection than the one on which the statement was prepared.
            Ok(Err(Error::Internal(cause))) if cause.contains("prepared statement \"__diesel") => {
                self.kind.forget();
                self.is_broken = true;
                Err(Error::Unavailable(cause))
            }
            Ok(Err(error @ (Error::Unavailable(_) | Error::Internal(_)))) => {
                self.is_broken = self.conn.batch_execute("SELECT 1").is_err();
                if self.is_broken {
                    Err(Error::Unavailable(error.to_string()))
                } else {
                    Err(error)
                }
            }
            Ok(outcome) => outcome,
            Err(_) => {
                self.is_broken = true;
                Err(Error::internal("a database task panicked"))
            }
        }
    }
}

struct Manager {
    url: String,
    keys: Keyring,
    kind: Kind,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Link;
    type Error = Sql;
    fn connect(&self) -> Result<Link, Sql> {
        let (conn, session) = self.kind.open(&self.url)?;
        Ok(Link {
            conn,
            session,
            kind: self.kind.clone(),
            keys: self.keys.clone(),
            is_broken: false,
        })
    }
    fn is_valid(&self, link: &mut Link) -> Result<(), Sql> {
        link.conn.batch_execute("SELECT 1")
    }
    fn has_broken(&self, link: &mut Link) -> bool {
        link.is_broken
    }
}

/// The time within which the same reason is logged once.
const REPEAT_AFTER: Duration = Duration::from_secs(30);

/// Logs why the database cannot be reached: a new reason immediately, the same one every [`REPEAT_AFTER`].
#[derive(Debug, Default)]
struct LogErrors(Mutex<Option<(String, Instant)>>);

impl r2d2::HandleError<Sql> for LogErrors {
    fn handle_error(&self, error: Sql) {
        let why = match &error {
            Sql::DatabaseError(_, info) => info.message().to_owned(),
            other => other.to_string(),
        };
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = last
            .as_ref()
            .is_some_and(|(known, at)| *known == why && at.elapsed() < REPEAT_AFTER);
        if !is_known {
            tracing::error!(%why, "the database cannot be reached: {why}");
            *last = Some((why, Instant::now()));
        }
    }
}

/// Adds time-outs to the address, so that a connection to a silent server fails within seconds and does not block a thread.
fn with_timeouts(url: &str) -> String {
    const SETTINGS: [(&str, &str); 5] = [
        ("connect_timeout", "2"),
        ("keepalives_idle", "5"),
        ("keepalives_interval", "2"),
        ("keepalives_count", "2"),
        ("tcp_user_timeout", "5000"),
    ];
    let missing = SETTINGS
        .iter()
        .filter(|(key, _)| !url.contains(key))
        .map(|(key, value)| format!("{key}={value}"));
    if url.contains("://") {
        let pairs = missing.collect::<Vec<_>>().join("&");
        format!("{url}{}{pairs}", if url.contains('?') { "&" } else { "?" })
    } else {
        missing.fold(url.to_owned(), |url, pair| format!("{url} {pair}"))
    }
}
