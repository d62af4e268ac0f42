//! Figures: the sums of facts by day and currency. Reports, the dashboard and the files of both are made from these sums.

mod calendar;
mod query;
mod sums;

pub use calendar::{BusinessCalendar, Lock, Period};
pub use query::{
    Bucket, BucketSums, DayRate, OpenDisputes, active_esims, block_late_facts, by_bucket, locks,
    new_users, open_disputes,
};
pub use sums::Sums;

use chrono::NaiveDate;
use platform::{
    Conn, Result,
    calendar::after,
    settings::{self, BusinessTimeZone},
};

/// Returns the days of the business.
pub fn business_calendar(conn: &mut Conn) -> Result<BusinessCalendar> {
    let zone = settings::get(conn, BusinessTimeZone)?;
    Ok(BusinessCalendar::new(zone, locks(conn)?))
}

/// Returns the days from the first one up to the last one, without the last one, with their borders.
pub fn day_buckets(calendar: &BusinessCalendar, from: NaiveDate, to: NaiveDate) -> Vec<Bucket> {
    let days = calendar.days(from, to);
    days.into_iter()
        .map(|day| Bucket {
            day,
            starts_at: calendar.start_of(day),
            ends_at: calendar.start_of(after(day)),
        })
        .collect()
}
