//! Service levels: the clocks of a ticket, in business hours.

mod clock;
pub mod jobs;
mod query;
pub(crate) mod routes;
mod rules;
mod schedule;

pub use clock::{Clocks, Pause, Timer};
pub(crate) use query::{PolicyRow, clocks_change, clocks_insertion, clocks_of, insert_clocks};
pub(crate) use rules::record_breaches;
pub use rules::{
    ClockEvent, ClockHistory, ClockStep, Policy, ReplayedClocks, policy_and_clocks, replay_clocks,
};
pub use schedule::Schedule;
