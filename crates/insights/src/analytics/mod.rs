//! Analytics: events of programs and of the server, their daily counts, and funnels.

mod funnel;
mod jobs;
mod query;
pub(crate) mod routes;
mod rules;

pub use jobs::CountEvents;
