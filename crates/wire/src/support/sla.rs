//! Service levels: how soon staff respond to a ticket and resolve it, in business hours.

use super::tickets::TicketPriority;
use crate::{Check, FieldErrors, Filter, Resource, SlaPolicyId, check::edit_field};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// Minutes of a day.
const DAY: i32 = 1440;
/// Maximum number of holidays.
const MAX_HOLIDAYS: usize = 500;
/// Maximum target in minutes: a year of open hours around the clock.
const MAX_TARGET: i32 = 525_600;

text_enum! {
    /// State of a clock.
    ClockState: text {
        /// The clock runs; its due time may have passed.
        Running = "running",
        /// The clock stands still, because the ticket waits for the customer or is resolved.
        Paused = "paused",
        /// The clock was stopped in time.
        Met = "met",
        /// The due time passed before the clock was stopped.
        Breached = "breached",
    }
}

/// A time of day in hours and minutes, such as `09:00`. `24:00` is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(i32);

impl TimeOfDay {
    /// Returns the minutes since midnight.
    pub const fn minutes(self) -> i32 {
        self.0
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "a time of day has hours and minutes, such as 09:00";
        let (hours, minutes) = text.split_once(':').ok_or(WRONG)?;
        let number = |text: &str| -> Option<i32> {
            let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| is_number)
        };
        let (hours, minutes) = number(hours).zip(number(minutes)).ok_or(WRONG)?;
        let total = hours.saturating_mul(60).saturating_add(minutes);
        if minutes < 60 && total <= DAY {
            Ok(Self(total))
        } else {
            Err(WRONG)
        }
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        format!("{:02}:{:02}", time.0 / 60, time.0 % 60)
    }
}

/// A period of a day in which support is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OpenPeriod {
    /// Opening time.
    #[cfg_attr(feature = "server", schema(value_type = String, example = "09:00"))]
    pub from: TimeOfDay,
    /// Closing time; `24:00` at most.
    #[cfg_attr(feature = "server", schema(value_type = String, example = "18:00"))]
    pub to: TimeOfDay,
}

/// The open periods of each day of the week, the earliest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BusinessHours {
    /// Monday.
    #[serde(default)]
    pub mon: Vec<OpenPeriod>,
    /// Tuesday.
    #[serde(default)]
    pub tue: Vec<OpenPeriod>,
    /// Wednesday.
    #[serde(default)]
    pub wed: Vec<OpenPeriod>,
    /// Thursday.
    #[serde(default)]
    pub thu: Vec<OpenPeriod>,
    /// Friday.
    #[serde(default)]
    pub fri: Vec<OpenPeriod>,
    /// Saturday.
    #[serde(default)]
    pub sat: Vec<OpenPeriod>,
    /// Sunday.
    #[serde(default)]
    pub sun: Vec<OpenPeriod>,
}

impl BusinessHours {
    /// Returns the periods of a day of the week.
    pub fn on(&self, day: chrono::Weekday) -> &[OpenPeriod] {
        use chrono::Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
        match day {
            Mon => &self.mon,
            Tue => &self.tue,
            Wed => &self.wed,
            Thu => &self.thu,
            Fri => &self.fri,
            Sat => &self.sat,
            Sun => &self.sun,
        }
    }

    fn days(&self) -> [&[OpenPeriod]; 7] {
        [
            &self.mon, &self.tue, &self.wed, &self.thu, &self.fri, &self.sat, &self.sun,
        ]
    }
}

impl Check for BusinessHours {
    fn check(&self, bad: &mut FieldErrors) {
        if self.days().iter().all(|day| day.is_empty()) {
            bad.add("hours", "required", "Enter the hours of at least one day.");
        }
        for day in self.days() {
            let is_ordered = day.iter().all(|period| period.from < period.to)
                && day.windows(2).all(|pair| match pair {
                    [one, next] => one.to <= next.from,
                    _ => true,
                });
            if !is_ordered || day.len() > 10 {
                bad.add(
                    "hours",
                    "reversed",
                    "The periods of a day must follow each other without overlap.",
                );
            }
        }
    }
}

/// Targets of a priority, in minutes of open hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SlaTarget {
    /// Minutes until the first response.
    #[cfg_attr(feature = "server", schema(example = 240))]
    pub first_response: i32,
    /// Minutes until the resolution.
    #[cfg_attr(feature = "server", schema(example = 1440))]
    pub resolution: i32,
}

/// Targets of all priorities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SlaTargets {
    /// Urgent tickets.
    pub urgent: SlaTarget,
    /// Tickets with a high priority.
    pub high: SlaTarget,
    /// Tickets with a medium priority.
    pub medium: SlaTarget,
    /// Tickets with a low priority.
    pub low: SlaTarget,
}

impl SlaTargets {
    /// Returns the targets of a priority.
    pub const fn of(&self, priority: TicketPriority) -> SlaTarget {
        match priority {
            TicketPriority::Urgent => self.urgent,
            TicketPriority::High => self.high,
            TicketPriority::Medium => self.medium,
            TicketPriority::Low => self.low,
        }
    }
}

impl Check for SlaTargets {
    fn check(&self, bad: &mut FieldErrors) {
        for (name, target) in [
            ("urgent", self.urgent),
            ("high", self.high),
            ("medium", self.medium),
            ("low", self.low),
        ] {
            for (clock, minutes) in [
                ("first_response", target.first_response),
                ("resolution", target.resolution),
            ] {
                let field = format!("{name}.{clock}");
                bad.range(&field, minutes.into(), 1, MAX_TARGET.into());
            }
        }
    }
}

/// The policy of service levels. The clocks run in open hours, outside holidays, and stand still while a ticket waits for
/// the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SlaPolicy {
    /// ID of the policy.
    pub id: SlaPolicyId,
    /// Time zone of the hours and holidays, such as `Europe/Berlin`.
    pub zone: String,
    /// Business hours.
    pub hours: BusinessHours,
    /// Days on which support is closed.
    pub holidays: Vec<NaiveDate>,
    /// Targets by priority.
    pub targets: SlaTargets,
    /// Version of the policy, as sent in the `ETag`.
    pub version: i32,
    /// When the policy was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A change of the policy; absent fields stay unchanged. Running clocks are calculated again.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditSlaPolicy {
    /// Time zone, such as `Europe/Berlin`.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub zone: Option<String>,
    /// Business hours.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub hours: Option<BusinessHours>,
    /// Days on which support is closed.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub holidays: Option<Vec<NaiveDate>>,
    /// Targets by priority.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub targets: Option<SlaTargets>,
}

impl Check for EditSlaPolicy {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(zone) = &self.zone {
            bad.length("zone", zone, 1, 64);
        }
        if let Some(hours) = &self.hours {
            hours.check(bad);
        }
        if self
            .holidays
            .as_ref()
            .is_some_and(|days| days.len() > MAX_HOLIDAYS)
        {
            let message = format!("Enter {MAX_HOLIDAYS} days at most.");
            bad.add("holidays", "too_many", message);
        }
        if let Some(targets) = &self.targets {
            bad.nested("targets", targets);
        }
    }
}

/// The clocks of a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketClocks {
    /// The clock of the first response. The first public reply of staff stops it.
    pub first_response: TicketClock,
    /// The clock of the resolution.
    pub resolution: TicketClock,
}

/// A clock of a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketClock {
    /// Target in minutes of open hours.
    pub target_minutes: i32,
    /// State of the clock.
    pub state: ClockState,
    /// When the clock is due; null while it stands still.
    pub due_at: Option<DateTime<Utc>>,
    /// When the clock was stopped.
    pub stopped_at: Option<DateTime<Utc>>,
    /// When the due time passed.
    pub breached_at: Option<DateTime<Utc>>,
}

/// The filter of a resource that is not listed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NoFilter;

impl Filter for NoFilter {
    const KEYS: &'static [&'static str] = &[];
    fn set(&mut self, _: &str, _: &str) -> Result<bool, &'static str> {
        Ok(false)
    }
    fn pairs(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}
sort_keys!(
    /// Sort keys of the policy, which is not listed.
    SlaPolicySort { UpdatedAt = "updated_at" desc });

impl Resource for SlaPolicy {
    const PATH: &'static str = "/v1/sla-policy";
    const ONE: &'static str = "policy of service levels";
    const MANY: &'static str = "policies of service levels";
    type Id = SlaPolicyId;
    type Filter = NoFilter;
    type Sort = SlaPolicySort;
    fn id(&self) -> SlaPolicyId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        "service levels".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Result<i32, &'static str> {
        TimeOfDay::try_from(text.to_owned()).map(TimeOfDay::minutes)
    }

    #[test]
    fn time_of_day_has_two_digits_each() {
        for (text, minutes) in [("00:00", 0), ("09:30", 570), ("24:00", 1440)] {
            assert_eq!(time(text), Ok(minutes));
            let parsed = TimeOfDay::try_from(text.to_owned());
            assert_eq!(parsed.map(String::from).as_deref(), Ok(text));
        }
        for text in ["", "9:30", "24:01", "12:60", "-1:00", "12:3O", "123:00"] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn hours_reject_overlapping_and_reversed_periods() {
        let hours = |mon: &str| -> Vec<String> {
            let json = format!("{{\"mon\": {mon}}}");
            let hours: Result<BusinessHours, _> = serde_json::from_str(&json);
            let errors = hours.map(|hours| hours.field_errors()).unwrap_or_default();
            errors.into_iter().map(|error| error.code).collect()
        };
        assert!(
            hours(r#"[{"from":"09:00","to":"12:00"},{"from":"12:00","to":"24:00"}]"#).is_empty()
        );
        assert_eq!(hours(r#"[{"from":"12:00","to":"09:00"}]"#), ["reversed"]);
        assert_eq!(
            hours(r#"[{"from":"09:00","to":"12:00"},{"from":"11:00","to":"13:00"}]"#),
            ["reversed"]
        );
        assert_eq!(hours("[]"), ["required"]);
    }
}
