//! Service levels: the clocks of a ticket, in business hours.

mod clock;
pub mod jobs;
mod query;
pub(crate) mod routes;
mod rules;
mod schedule;

pub use clock::{Clocks, Pause, Timer};
pub(crate) use query::{PolicyRow, clocks, clocks_of, insert_clocks, save_clocks};
pub(crate) use rules::record_breaches;
pub use rules::{Policy, load_policy};
pub use schedule::Schedule;
