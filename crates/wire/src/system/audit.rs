//! The record of every act.

use crate::{AuditId, Resource, UserId, accounts::users::UserRole};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One act: who did what to which thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// Which entry.
    pub id: AuditId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Who; null for the system.
    pub actor_id: Option<UserId>,
    /// Who, by name.
    pub actor: Option<String>,
    /// In which role.
    pub actor_role: Option<UserRole>,
    /// What was done, such as `plan.create`.
    pub action: String,
    /// To what kind of thing, such as `plan`.
    pub subject_type: String,
    /// To which one.
    pub subject_id: Option<uuid::Uuid>,
    /// What changed, field by field, as `{"before": .., "after": ..}`; never a secret or personal data.
    pub change: Option<serde_json::Value>,
    /// Why, as they said.
    pub reason: Option<String>,
    /// The request that did it.
    pub request_id: Option<String>,
    /// The address it came from.
    pub ip: Option<String>,
}

filter! {
    /// What the audit log can be narrowed by.
    AuditFilter {
        /// By this person.
        actor_id: UserId,
        /// This act, such as `plan.create`.
        action: String,
        /// To this kind of thing.
        subject_type: String,
        /// To this one.
        subject_id: AuditSubject,
        /// At or after.
        created_at_from: DateTime<Utc>,
        /// Before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the audit log can be ordered by. */ AuditSort { CreatedAt = "created_at" desc });

/// The id of anything.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditSubject(pub uuid::Uuid);

impl crate::Param for AuditSubject {
    fn parse(text: &str) -> Result<Self, &'static str> { uuid::Uuid::try_parse(text).map(Self).map_err(|_| "must be a UUID") }
    fn show(&self) -> String { self.0.to_string() }
}

impl Resource for AuditEntry {
    const PATH: &'static str = "/v1/audit";
    const ONE: &'static str = "entry";
    const MANY: &'static str = "entries";
    type Id = AuditId;
    type Filter = AuditFilter;
    type Sort = AuditSort;
    fn id(&self) -> AuditId { self.id }
    fn label(&self) -> String { self.action.clone() }
}
