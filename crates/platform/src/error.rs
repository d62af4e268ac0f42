//! Errors and their responses: a refusal that the caller can act on, or an internal error whose cause stays in the log.

use crate::crypto::FieldContext;
use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::StatusCode,
    http::header::{self, HeaderValue},
};
use diesel::result::{DatabaseErrorKind, Error as Sql};
use std::fmt;
use uuid::Uuid;
use wire::{FieldError, Permission, Problem, ProblemCode, Reach};

/// The result of every function below a route.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of a request or a job.
#[derive(Debug)]
pub enum Error {
    /// A refusal that the caller can act on.
    Refused(Box<Problem>),
    /// Too many requests; the caller may retry after so many seconds.
    Throttled(u64),
    /// An API key without the scope of this permission.
    OutOfScope(Permission),
    /// The database or a pool is temporarily unavailable; a retry may succeed.
    Unavailable(String),
    /// Another request locks the rows, or the database is overloaded; a retry may succeed.
    Busy(String),
    /// PostgreSQL ended the transaction in favour of another one: a deadlock, or a serialization failure. [`crate::Db::write`]
    /// repeats the transaction.
    TransactionConflict(String),
    /// An internal error. The cause is logged and never sent to the caller.
    Internal(String),
    /// A sealed value does not open: it was changed or moved, or its key is missing. An internal error that the audit log
    /// records.
    Unreadable(Box<UnreadableValue>),
}

/// A sealed value that does not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableValue {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The row.
    pub row: Uuid,
    /// The cause.
    pub why: &'static str,
}

impl Error {
    /// Returns a refusal with this code.
    pub fn refuse(code: ProblemCode) -> Self {
        Self::Refused(Box::new(Problem::new(code)))
    }
    /// Returns a refusal with this code and a sentence that the caller can act on.
    pub fn with_detail(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self::Refused(Box::new(Problem {
            detail: Some(detail.into()),
            ..Problem::new(code)
        }))
    }
    /// Returns the error of one invalid field.
    pub fn field(field: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldError {
            field: field.into(),
            code: code.into(),
            message: message.into(),
        }])
    }
    /// Returns the error of several invalid fields.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let detail = errors
            .iter()
            .map(|e| format!("{}: {}", e.field, e.message))
            .take(3)
            .collect::<Vec<_>>()
            .join(" ");
        Self::Refused(Box::new(Problem {
            detail: Some(detail),
            errors,
            ..Problem::new(ProblemCode::Invalid)
        }))
    }
    /// Returns the error of an object that does not exist, or that the caller may not see: both look the same.
    pub fn not_found() -> Self {
        Self::refuse(ProblemCode::NotFound)
    }
    /// Returns an internal error.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }
    /// Returns the error of a sealed value that does not open.
    pub fn unreadable(context: FieldContext<'_>, why: &'static str) -> Self {
        Self::Unreadable(Box::new(UnreadableValue {
            table: context.table.to_owned(),
            column: context.column.to_owned(),
            row: context.row,
            why,
        }))
    }
    /// Returns the code of a refusal; `None` for every other error.
    pub fn code(&self) -> Option<ProblemCode> {
        match self {
            Self::Refused(problem) => Some(problem.code),
            Self::Throttled(_) => Some(ProblemCode::TooManyRequests),
            Self::OutOfScope(_) => Some(ProblemCode::Forbidden),
            _ => None,
        }
    }
    /// Returns the problem document that the caller gets.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Refused(problem) => (**problem).clone(),
            Self::Throttled(seconds) => Problem {
                detail: Some(format!("Try again in {seconds} seconds.")),
                ..Problem::new(ProblemCode::TooManyRequests)
            },
            Self::OutOfScope(permission) => Problem {
                detail: Some(out_of_scope(*permission)),
                ..Problem::new(ProblemCode::Forbidden)
            },
            Self::Unavailable(_) => Problem {
                detail: Some("The database cannot be reached. Try again in a moment.".into()),
                ..Problem::new(ProblemCode::Unavailable)
            },
            Self::Busy(_) | Self::TransactionConflict(_) => Problem {
                detail: Some(
                    "Other requests are working on the same records. Try again in a moment.".into(),
                ),
                ..Problem::new(ProblemCode::Unavailable)
            },
            Self::Internal(_) | Self::Unreadable(_) => Problem::new(ProblemCode::Internal),
        }
    }
    /// Returns the name of the constraint that a write violated, so that the caller of the query can explain it.
    pub fn violated_constraint(error: &Sql) -> Option<&str> {
        match error {
            Sql::DatabaseError(_, info) => info.constraint_name(),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(problem) => write!(f, "{}: {}", problem.code, problem.sentence()),
            Self::Throttled(seconds) => write!(f, "too many requests; retry in {seconds} seconds"),
            Self::OutOfScope(permission) => f.write_str(&out_of_scope(*permission)),
            Self::Unavailable(cause)
            | Self::Busy(cause)
            | Self::TransactionConflict(cause)
            | Self::Internal(cause) => f.write_str(cause),
            Self::Unreadable(value) => write!(
                f,
                "{}.{} of {} cannot be opened: {}",
                value.table, value.column, value.row, value.why
            ),
        }
    }
}
impl std::error::Error for Error {}

impl From<Sql> for Error {
    fn from(error: Sql) -> Self {
        match &error {
            Sql::NotFound => Self::not_found(),
            // The text may contain the conflicting value, so only the kind is passed on.
            Sql::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => {
                Self::refuse(ProblemCode::Conflict)
            }
            Sql::DatabaseError(DatabaseErrorKind::ExclusionViolation, _) => {
                Self::refuse(ProblemCode::Conflict)
            }
            Sql::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => Self::with_detail(
                ProblemCode::Conflict,
                "An object that the request names does not exist, or is still in use.",
            ),
            Sql::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => {
                Self::TransactionConflict("serialization failure".into())
            }
            // A standby that has not been promoted yet.
            Sql::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => {
                Self::Unavailable("the database is read-only".into())
            }
            Sql::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                info,
            ) => Self::Unavailable(info.message().into()),
            Sql::BrokenTransactionManager => {
                Self::Unavailable("the connection broke within a transaction".into())
            }
            Sql::DatabaseError(_, info) => temporary(info.message())
                .unwrap_or_else(|| Self::Internal(format!("database: {error}"))),
            _ => Self::Internal(format!("database: {error}")),
        }
    }
}

/// The message of SQLSTATE 40P01. Diesel passes the text on, but not the code.
const DEADLOCK: &str = "deadlock detected";
/// Messages of errors that a retry may resolve once other transactions have ended: SQLSTATE 55P03 and 57014.
const BUSY: [&str; 4] = [
    "due to lock timeout",
    "due to statement timeout",
    "due to user request",
    "could not obtain lock on",
];
/// Messages of errors that a retry may resolve once an operator or a supervisor has acted: SQLSTATE 57P01 to 57P03, 25P03
/// and class 53, insufficient resources.
const AWAY: [&str; 10] = [
    "the database system is",
    "terminating connection due to",
    "terminating connection because of",
    "too many clients already",
    "too many connections for",
    "remaining connection slots are reserved",
    "canceling statement due to conflict with recovery",
    "server closed the connection unexpectedly",
    "out of shared memory",
    "No space left on device",
];

/// Returns the error of a message that a retry may resolve.
fn temporary(message: &str) -> Option<Error> {
    let has_any = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    if message.contains(DEADLOCK) {
        return Some(Error::TransactionConflict(message.to_owned()));
    }
    if has_any(&BUSY) {
        return Some(Error::Busy(message.to_owned()));
    }
    has_any(&AWAY).then(|| Error::Unavailable(message.to_owned()))
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.problem().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
    fn error_response(&self) -> HttpResponse {
        let problem = self.problem();
        match self {
            Self::Internal(cause) => tracing::error!(%cause, "a request failed: {cause}"),
            Self::Unreadable(_) => tracing::error!("a request failed: {self}"),
            Self::Unavailable(cause) | Self::Busy(cause) | Self::TransactionConflict(cause) => {
                tracing::warn!(%cause, "a request was rejected as unavailable: {cause}")
            }
            Self::Refused(_) | Self::Throttled(_) | Self::OutOfScope(_) => {}
        }
        let mut response = problem_response(problem);
        if let Self::Throttled(seconds) = self {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, (*seconds).into());
        }
        if let Self::OutOfScope(permission) = self
            && let Ok(challenge) = HeaderValue::from_str(&format!(
                "Bearer realm=\"esim-admin\", error=\"insufficient_scope\", scope=\"{permission}\""
            ))
        {
            let headers = response.headers_mut();
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

fn out_of_scope(permission: Permission) -> String {
    if permission.reach_of_clients() == Reach::None {
        format!("This needs the permission {permission}, which API keys cannot have.")
    } else {
        format!("This key does not have the scope {permission}.")
    }
}

/// Returns the response of a problem, with the id of the current request.
pub fn problem_response(problem: Problem) -> HttpResponse {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.content_type("application/problem+json");
    match problem.code {
        ProblemCode::Unauthenticated | ProblemCode::WrongCredentials => {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"esim-admin\""));
        }
        ProblemCode::Unavailable => {
            response.insert_header((header::RETRY_AFTER, "2"));
        }
        // The rest of the body may still arrive: the next request could not be distinguished from it.
        ProblemCode::RequestTimeout => {
            response.force_close();
        }
        ProblemCode::StillRunning => {
            response.insert_header((header::RETRY_AFTER, "1"));
        }
        ProblemCode::TooManyRequests => {
            response.insert_header((header::RETRY_AFTER, "60"));
        }
        _ => {}
    }
    let id = crate::http::current_request_id();
    response.json(Problem {
        request_id: id,
        ..problem
    })
}

/// Returns the error of an extractor of actix, which would otherwise answer in plain text.
pub fn malformed(error: impl fmt::Display, _: &HttpRequest) -> actix_web::Error {
    Error::with_detail(ProblemCode::Malformed, error.to_string()).into()
}
