//! Sums of payments, refunds and lost disputes: the sums of past days are stored, and today is summed from the rows.

mod jobs;
mod query;
mod routes;
mod rules;

pub use jobs::{MakeDay, MakeDays};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use platform::calendar;
use utoipa_actix_web::service_config::ServiceConfig;

/// Returns the first instant of the business day of a moment.
pub(crate) fn start_of_day(at: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    calendar::start_of(at.with_timezone(&zone).date_naive(), zone)
}

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(routes::overview);
}
