//! The infrastructure of every section: database, errors, extractors, lists, audit, jobs, encryption and the ports to external
//! services. It contains no business rules and changes rarely.

pub mod audit;
pub mod auth;
pub mod batch;
pub mod body;
pub mod bulk;
pub mod calendar;
pub mod clock;
pub mod config;
pub mod count;
pub mod crypto;
pub mod ctx;
pub mod db;
pub mod error;
pub mod events;
pub mod export;
pub mod extract;
mod formula;
pub mod health;
pub mod http;
pub mod idempotency;
pub mod import;
pub mod jobs;
pub mod limits;
pub mod list;
pub mod listing;
pub mod metrics;
pub mod migrations;
pub mod people;
pub mod ports;
pub mod prepared;
pub mod respond;
pub mod settings;
pub mod telemetry;
pub mod text;

pub use auth::{
    Actor, Caller, Owner, RecentlyAuthenticated, RecentlyAuthenticatedPerson, RequestInfo,
};
pub use bulk::BulkResponse;
pub use ctx::Ctx;
pub use db::{Conn, Db, Tx};
pub use error::{Error, Result};
pub use extract::{Exported, Id, IfMatch, Listing, OptionalBody, Options, Upload, Valid};
pub use idempotency::{IdempotencyKey, IdempotentResponse};
pub use respond::{Accepted, Created, Json, NoContent, Tagged};

// Used by the macros.
#[doc(hidden)]
pub use {actix_web, diesel, utoipa};
