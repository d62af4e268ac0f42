//! Analytics events, their daily counts, and funnels. They contain no personal data.

use crate::{Check, Decimal, EsimId, EventId, FieldErrors, PlanId, UserId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Maximum number of events of one request.
pub const MAX_EVENTS: usize = 100;
/// Maximum number of days of one request for counts or a funnel.
pub const MAX_DAYS: i64 = 366;
/// Number of days within which a funnel is completed, when the caller names none.
pub const DEFAULT_WINDOW_DAYS: i32 = 30;

text_enum! {
    /// Type of an event. Programs send the first three; the server records the others itself.
    EventType: text {
        /// A plan was viewed.
        Viewed = "viewed",
        /// A checkout was started.
        CheckoutStarted = "checkout_started",
        /// Installation instructions were viewed.
        InstallGuideViewed = "install_guide_viewed",
        /// An order was placed.
        Ordered = "ordered",
        /// An order was paid.
        Paid = "paid",
        /// All eSIMs of an order were delivered.
        Delivered = "delivered",
        /// A top-up was delivered.
        ToppedUp = "topped_up",
        /// An eSIM was installed for the first time.
        Installed = "installed",
        /// An eSIM was used for the first time.
        FirstData = "first_data",
        /// A refund was paid out.
        Refunded = "refunded",
    }
}
text_enum! {
    /// Type of an event that programs send.
    SentEventType: text {
        /// A plan was viewed.
        Viewed = "viewed",
        /// A checkout was started.
        CheckoutStarted = "checkout_started",
        /// Installation instructions were viewed.
        InstallGuideViewed = "install_guide_viewed",
    }
}

/// An analytics event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::analytics_events, check_for_backend(diesel::pg::Pg)))]
pub struct Event {
    /// ID of the event.
    pub id: EventId,
    /// The sender's ID of the event; an event sent again with the same ID counts once.
    pub event_uid: String,
    /// Type of the event, such as `paid`.
    pub event_type: String,
    /// The user of the event.
    pub user_id: Option<UserId>,
    /// The eSIM of the event.
    pub esim_id: Option<EsimId>,
    /// Further data, from an allow-list of keys.
    pub metadata: Option<serde_json::Value>,
    /// Time of the event.
    pub created_at: DateTime<Utc>,
}

/// Further data of an event that a program sends. Other keys are rejected, so that no personal data is stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EventMetadata {
    /// A random ID of the visitor's browser or app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor_id: Option<Uuid>,
    /// The plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<PlanId>,
    /// The country of the visitor as two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "FR"))]
    pub country: Option<String>,
    /// The channel, such as `web` or `ios-app`: lower-case letters, digits, hyphens and underscores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "web"))]
    pub channel: Option<String>,
    /// The campaign, written like a channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "summer-2026"))]
    pub campaign: Option<String>,
}

/// An event to record. It names a user, or a visitor in the metadata.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewEvent {
    /// The sender's ID of the event. The first event with an ID counts.
    #[cfg_attr(
        feature = "server",
        schema(example = "01930000-0000-7000-8000-000000000001")
    )]
    pub event_uid: String,
    /// Type of the event.
    pub event_type: SentEventType,
    /// When the event happened: at most five minutes in the future, and at most one year ago.
    pub occurred_at: DateTime<Utc>,
    /// The customer.
    #[serde(default)]
    pub user_id: Option<UserId>,
    /// The eSIM of the customer.
    #[serde(default)]
    pub esim_id: Option<EsimId>,
    /// Further data.
    #[serde(default)]
    pub metadata: EventMetadata,
}

/// Events to record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewEvents {
    /// 1 to 100 events.
    pub events: Vec<NewEvent>,
}

/// The result of recording events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EventResults {
    /// Number of events that were recorded.
    pub recorded: i64,
    /// Number of events whose ID was known already, or that have the ID of an earlier event of the request.
    pub known: i64,
    /// Number of events of test customers, which are not recorded.
    pub test: i64,
}

impl Check for NewEvents {
    fn check(&self, bad: &mut FieldErrors) {
        if self.events.is_empty() || self.events.len() > MAX_EVENTS {
            let why = format!("Send 1 to {MAX_EVENTS} events.");
            bad.add("events", "range", why);
        }
        for (index, event) in self.events.iter().enumerate() {
            bad.nested(&format!("events.{index}"), event);
        }
    }
}

impl Check for NewEvent {
    fn check(&self, bad: &mut FieldErrors) {
        bad.length("event_uid", &self.event_uid, 1, 100);
        bad.no_card_number("event_uid", &self.event_uid);
        if self.event_uid.contains('@') {
            bad.add("event_uid", "personal", "Use a random ID, not an address.");
        }
        if self.user_id.is_none() && self.metadata.visitor_id.is_none() {
            bad.add(
                "user_id",
                "required",
                "Name the user, or the visitor in the metadata.",
            );
        }
        if self.esim_id.is_some() && self.user_id.is_none() {
            bad.add("user_id", "required", "Name the owner of the eSIM.");
        }
        let data = &self.metadata;
        if let Some(country) = &data.country
            && !(country.len() == 2 && crate::region::is_known(country))
        {
            bad.add(
                "metadata.country",
                "country",
                "Use a country code such as FR.",
            );
        }
        for (field, word) in [
            ("metadata.channel", &data.channel),
            ("metadata.campaign", &data.campaign),
        ] {
            if let Some(word) = word
                && !is_slug(word)
            {
                let why = "Use 1 to 40 lower-case letters, digits, hyphens and underscores, starting with a letter, with at most 6 digits in a row.";
                bad.add(field, "slug", why);
            }
        }
    }
}

/// Returns whether a text is a short name, and neither a phone number nor an address.
fn is_slug(text: &str) -> bool {
    let is_part = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    let mut digits = 0;
    let has_number = text.bytes().any(|byte| {
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        digits > 6
    });
    text.len() <= 40
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(is_part)
        && !has_number
}

filter! {
    /// Range of days of event counts.
    EventCountOptions {
        /// The first day, in the time zone of the business; 30 days before `to` when absent.
        from: NaiveDate,
        /// The day after the last one; tomorrow when absent.
        to: NaiveDate,
    }
}

/// Counts of events by type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EventCounts {
    /// First day of the range.
    pub from: NaiveDate,
    /// Day after the last day of the range.
    pub to: NaiveDate,
    /// Time zone of the days.
    pub time_zone: String,
    /// The days of the range, in the order of the series.
    pub days: Vec<NaiveDate>,
    /// When the counts were last updated; null before the first time.
    pub updated_at: Option<DateTime<Utc>>,
    /// Counts of each type that has events.
    pub types: Vec<EventTypeCount>,
}

/// Counts of one type of event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EventTypeCount {
    /// Type of the events.
    pub event_type: EventType,
    /// Number of events.
    pub events: i64,
    /// Number of different users of the range. Less than the sum of the days when users return.
    pub users: i64,
    /// Number of different visitors of the range.
    pub visitors: i64,
    /// Number of events of each day.
    pub series: Vec<i64>,
}

filter! {
    /// Range of days and steps of a funnel.
    FunnelOptions {
        /// The first day of entries, in the time zone of the business; 30 days before `to` when absent.
        from: NaiveDate,
        /// The day after the last one; tomorrow when absent.
        to: NaiveDate,
        /// The steps in their order; `ordered,paid,delivered,installed,first_data` when absent.
        steps: crate::AnyOf<EventType>,
        /// Number of days from the entry in which the steps count; 30 when absent.
        window_days: i32,
    }
}

/// How many users reach each step. A user counts once, and skips no step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Funnel {
    /// First day of the entries.
    pub from: NaiveDate,
    /// Day after the last day of the entries.
    pub to: NaiveDate,
    /// Time zone of the days.
    pub time_zone: String,
    /// Number of days from the entry in which the steps count.
    pub window_days: i32,
    /// The steps.
    pub steps: Vec<FunnelStep>,
    /// Number of users who have not completed the funnel and can still do so within the window.
    pub still_open: i64,
}

/// A step of a funnel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FunnelStep {
    /// Type of the event.
    pub event_type: EventType,
    /// Number of users who reached the step.
    pub users: i64,
    /// Percentage of the users of the first step; null without users.
    pub share_of_first: Option<Decimal>,
    /// Percentage of the users of the previous step; null for the first step and without users.
    pub share_of_previous: Option<Decimal>,
    /// Median of the seconds since the previous step, as the smallest value that half of the users do not exceed.
    pub median_seconds: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::is_slug;

    #[test]
    fn slug_is_no_phone_number_and_no_address() {
        for text in ["web", "ios-app", "summer_2026", "a123456"] {
            assert!(is_slug(text), "{text}");
        }
        for text in [
            "",
            "Web",
            "ada@example.com",
            "4915112345678",
            "tel-4915112345678",
            "ada lovelace",
            "-x",
        ] {
            assert!(!is_slug(text), "{text}");
        }
    }
}
