//! Things that happened, for the statistics. They carry no personal data.

use crate::{EsimId, EventId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::analytics_events, check_for_backend(diesel::pg::Pg)))]
pub struct Event {
    /// Which event.
    pub id: EventId,
    /// What its sender calls it; sent twice with the same time, it counts once.
    pub event_uid: String,
    /// What happened, such as `esim.activated`.
    pub event_type: String,
    /// To whom.
    pub user_id: Option<UserId>,
    /// To which eSIM.
    pub esim_id: Option<EsimId>,
    /// What else there is to it, from an allow-list of keys.
    pub metadata: Option<serde_json::Value>,
    /// When.
    pub created_at: DateTime<Utc>,
}
