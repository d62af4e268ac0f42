//! Analytics events. They contain no personal data.

use crate::{EsimId, EventId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An analytics event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::analytics_events, check_for_backend(diesel::pg::Pg)))]
pub struct Event {
    /// ID of the event.
    pub id: EventId,
    /// The sender's ID of the event; an event sent again with the same ID and time counts once.
    pub event_uid: String,
    /// Type of the event, such as `esim.activated`.
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
