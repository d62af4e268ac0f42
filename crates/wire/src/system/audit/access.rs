//! The log of access to personal data.

use super::AuditSubject;
use crate::{AccessId, ApiClientId, Resource, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One access to personal data: the actor, the record and the field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AccessEntry {
    /// ID of the entry.
    pub id: AccessId,
    /// Time of the access.
    pub created_at: DateTime<Utc>,
    /// The user who accessed the data; null for the system and for API clients.
    pub actor_id: Option<UserId>,
    /// Name of the actor.
    pub actor: Option<String>,
    /// The API client that accessed the data; null for users and the system.
    pub client_id: Option<ApiClientId>,
    /// Name of the API client.
    pub client: Option<String>,
    /// Type of the record, such as `user`.
    pub subject_type: String,
    /// ID of the record.
    pub subject_id: uuid::Uuid,
    /// The accessed field, such as `activation_code`.
    pub field: String,
    /// The reason that the actor entered.
    pub reason: Option<String>,
    /// For a list or an export, the number of rows and the filter; null for a single record.
    pub detail: Option<serde_json::Value>,
    /// ID of the request.
    pub request_id: Option<String>,
    /// IP address of the request.
    pub ip: Option<String>,
    /// Whether the entry is linked into the hash chain.
    pub is_linked: bool,
}

filter! {
    /// Filter of the access log.
    AccessFilter {
        /// Accesses by this user.
        actor_id: UserId,
        /// Accesses by this API client.
        client_id: ApiClientId,
        /// Accesses to records of this type.
        subject_type: String,
        /// Accesses to this record.
        subject_id: AuditSubject,
        /// Accesses to this field.
        field: String,
        /// Accesses by this request.
        request_id: String,
        /// Accessed at or after.
        created_at_from: DateTime<Utc>,
        /// Accessed before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the log.
    AccessSort { CreatedAt = "created_at" desc });

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
