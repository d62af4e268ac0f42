//! The API contract shared by the server, the panel and other clients: the types of requests and responses, and the
//! validation rules that both sides apply.
//!
//! This is the only crate that the server and the browser share. Without features it depends on neither Diesel nor
//! OpenAPI.

#[macro_use]
mod macros;

pub mod bulk;
pub mod check;
pub mod data;
pub mod decimal;
pub mod identifier;
pub mod ids;
pub mod json;
pub mod list;
pub mod param;
pub mod permission;
#[cfg(feature = "server")]
pub mod phone;
pub mod problem;
pub mod region;
pub mod resource;
pub mod sensitive;
pub mod text;
pub mod web_address;

pub mod accounts;
pub mod billing;
pub mod catalog;
pub mod esims;
pub mod insights;
pub mod integrations;
pub mod messaging;
pub mod support;
pub mod system;

pub use bulk::{BulkOutcome, BulkRequest, BulkResult};
pub use check::{Check, FieldErrors};
pub use decimal::{Currency, Decimal, Money};
pub use ids::*;
pub use json::JsonList;
pub use list::{Cursor, Filter, Page, Paging, SortKey, Sorted};
pub use param::{AnyOf, Param};
pub use permission::{Permission, Reach};
pub use problem::{FieldError, Problem, ProblemCode};
pub use resource::Resource;
