//! SQL of usage.

mod alerts;
mod detail;
mod monitor;
mod polls;
mod record;
mod upkeep;

pub use alerts::{DueReminder, NewAlert, due_reminders, insert_alert, plan_reminder, recipient};
pub use detail::{alerts, anomalies, bundles, days, last_reading, places};
pub use monitor::{MonitorRow, find_monitored, page};
pub use polls::{
    ClaimedEsim, claim, failures, make_due, polled_providers, record_failure, record_polled,
    to_plan,
};
pub use record::{
    insert_anomalies, insert_events, insert_points, load_events, lock, reload, update_bundles,
    upsert_counters, upsert_days, upsert_monitor,
};
pub use upkeep::{
    database_time, delete_anomalies, delete_events, delete_points, roll_up, to_refresh,
};
