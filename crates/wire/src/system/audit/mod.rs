//! The audit log.

mod access;
mod action;
mod chain;
mod subject;

pub use access::{AccessEntry, AccessFilter, AccessSort};
pub use action::{ActionText, AuditAction};
pub use chain::{AuditFinding, AuditFindingKind, AuditHead, AuditVerification, VerifyAudit};
pub use subject::Auditable;

use crate::{ApiClientId, AuditId, Resource, UserId, accounts::users::UserRole};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An entry of the audit log: who did what to which record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// ID of the entry.
    pub id: AuditId,
    /// Time of the action.
    pub created_at: DateTime<Utc>,
    /// The user who took the action; null for the system and for API clients.
    pub actor_id: Option<UserId>,
    /// Name of the actor.
    pub actor: Option<String>,
    /// The API client that took the action; null for users and the system.
    pub client_id: Option<ApiClientId>,
    /// Name of the API client.
    pub client: Option<String>,
    /// Role of the actor.
    pub actor_role: Option<UserRole>,
    /// The action, such as `plan.create`.
    pub action: String,
    /// Type of the record, such as `plan`.
    pub subject_type: String,
    /// ID of the record.
    pub subject_id: Option<uuid::Uuid>,
    /// The changed fields, as `{"before": .., "after": ..}`; never secrets or personal data.
    pub change: Option<serde_json::Value>,
    /// The reason that the actor entered.
    pub reason: Option<String>,
    /// ID of the request.
    pub request_id: Option<String>,
    /// IP address of the request.
    pub ip: Option<String>,
    /// Whether the entry is linked into the hash chain, so that its removal would be detected. Linking takes some
    /// seconds.
    pub is_linked: bool,
}

filter! {
    /// Filter of the audit log.
    AuditFilter {
        /// Actions of this user.
        actor_id: UserId,
        /// Actions of this API client.
        client_id: ApiClientId,
        /// This action, such as `plan.create`; with a trailing star, all actions with the prefix, such as `plan.*`. Entries
        /// that were written under a former name of an action are found under its name.
        action: String,
        /// Actions on records of this type.
        subject_type: String,
        /// Actions on this record.
        subject_id: AuditSubject,
        /// Actions of this request.
        request_id: String,
        /// Taken at or after.
        created_at_from: DateTime<Utc>,
        /// Taken before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the audit log.
    AuditSort { CreatedAt = "created_at" desc });

/// ID of a record of any type.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditSubject(pub uuid::Uuid);

impl crate::Param for AuditSubject {
    fn parse(text: &str) -> Result<Self, &'static str> {
        uuid::Uuid::try_parse(text)
            .map(Self)
            .map_err(|_| "must be a UUID")
    }
    fn show(&self) -> String {
        self.0.to_string()
    }
}

impl AuditEntry {
    /// Returns the label of the action, such as `Order placed`; the name of an action that this program does not write.
    pub fn describe(&self) -> String {
        AuditAction::from_name(&self.action).map_or_else(
            || self.action.clone(),
            |action| action.text().label.to_owned(),
        )
    }
}

impl Resource for AuditEntry {
    const PATH: &'static str = "/v1/audit";
    const ONE: &'static str = "entry";
    const MANY: &'static str = "entries";
    type Id = AuditId;
    type Filter = AuditFilter;
    type Sort = AuditSort;
    fn id(&self) -> AuditId {
        self.id
    }
    fn label(&self) -> String {
        self.describe()
    }
}
