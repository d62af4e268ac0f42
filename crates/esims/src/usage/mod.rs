//! The usage of eSIMs: readings of the providers' counters, forecasts, alerts, and the Data Usage Monitor.
//!
//! Readings arrive by the API, by webhooks and by polls, and all end in [`record`].

mod email;
mod jobs;
mod query;
pub(crate) mod routes;
mod rules;

pub use jobs::{
    CleanUpUsage, PollProvider, PollUsage, RefreshMonitor, RemindOfExpiry, RollUpMonths,
};
pub use rules::{EsimKey, Period, Reading, Source, record, refresh};
