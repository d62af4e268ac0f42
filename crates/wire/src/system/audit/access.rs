//! The log of who saw personal data in plain.

use super::AuditSubject;
use crate::{AccessId, ApiClientId, Resource, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One look: who saw what of whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AccessEntry {
    /// Which entry.
    pub id: AccessId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Who; null for the system and for integrators' clients.
    pub actor_id: Option<UserId>,
    /// Who, by name.
    pub actor: Option<String>,
    /// Which integrator's client; null for people and the system.
    pub client_id: Option<ApiClientId>,
    /// Which client, by name.
    pub client: Option<String>,
    /// What kind of thing it was of, such as `user`.
    pub subject_type: String,
    /// Of which one.
    pub subject_id: uuid::Uuid,
    /// What was seen, such as `activation_code`.
    pub field: String,
    /// Why, as they said.
    pub reason: Option<String>,
    /// For a list or an export, the number of rows and the filter; null for a single record.
    pub detail: Option<serde_json::Value>,
    /// The request that opened it.
    pub request_id: Option<String>,
    /// The address it came from.
    pub ip: Option<String>,
    /// Whether it is a link of the chain already.
    pub is_linked: bool,
}

filter! {
    /// What the log can be narrowed by.
    AccessFilter {
        /// By this person.
        actor_id: UserId,
        /// By this integrator's client.
        client_id: ApiClientId,
        /// Of this kind of thing.
        subject_type: String,
        /// Of this one.
        subject_id: AuditSubject,
        /// This was seen.
        field: String,
        /// By this request.
        request_id: String,
        /// At or after.
        created_at_from: DateTime<Utc>,
        /// Before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the log can be ordered by. */ AccessSort { CreatedAt = "created_at" desc });

impl Resource for AccessEntry {
    const PATH: &'static str = "/v1/audit/access";
    const ONE: &'static str = "look at personal data";
    const MANY: &'static str = "looks at personal data";
    type Id = AccessId;
    type Filter = AccessFilter;
    type Sort = AccessSort;
    fn id(&self) -> AccessId {
        self.id
    }
    fn label(&self) -> String {
        format!("{} {}", self.subject_type, self.field)
    }
}
