//! The audit log.

mod access;
mod chain;

pub use access::{AccessEntry, AccessFilter, AccessSort};
pub use chain::{AuditFinding, AuditFindingKind, AuditHead, AuditVerification, VerifyAudit};

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
        /// This action, such as `plan.create`; with a trailing star, all actions with the prefix, such as `plan.*`.
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

/// Returns the past tense of an action's verb: `placed` for `place`.
pub fn past_tense(verb: &str) -> String {
    match verb {
        "ban" => "banned",
        "begin" => "begun",
        "broken" => "found broken",
        "bootstrap" => "created at the first start",
        "cancel" => "cancelled",
        "codes" => "given new recovery codes",
        "end_all" => "ended everywhere",
        "end_others" => "ended everywhere else",
        "enrol" => "set up",
        "forgotten" => "forgotten: a link was sent",
        "fulfil" => "fulfilled",
        "hear" => "received",
        "mismatch" => "flagged as a mismatch",
        "pay" => "paid",
        "recover" => "replaced by a recovery code",
        "refused" => "refused",
        "reread" => "recalculated",
        "resend" => "resent",
        "retry" => "retried",
        "rollback" => "rolled back",
        "send" => "sent",
        "set" => "set",
        "reuse" => "ended: its cookie was used twice",
        "review" => "flagged for review",
        "undo" => "undone",
        "unconfirmed" => "not confirmed",
        "verify" => "verified",
        "withdraw" => "withdrawn",
        ends if ends.ends_with('e') => return format!("{ends}d"),
        other => return format!("{other}ed"),
    }
    .to_owned()
}

impl AuditEntry {
    /// Describes the action in the past tense: `Order placed` for `order.place`.
    pub fn describe(&self) -> String {
        let (kind, verb) = self
            .action
            .split_once('.')
            .unwrap_or((&self.subject_type, &self.action));
        let kind = match kind {
            "esim" => "eSIM".to_owned(),
            "kyc" => "KYC document".to_owned(),
            "api_client" => "API client".to_owned(),
            _ => kind
                .chars()
                .take(1)
                .flat_map(char::to_uppercase)
                .chain(kind.chars().skip(1))
                .collect(),
        };
        format!("{kind} {}", past_tense(verb)).replace('_', " ")
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

#[cfg(test)]
mod tests {
    use super::past_tense;

    #[test]
    fn past_tense_of_action_verbs() {
        let verbs = ["place", "fulfil", "pay", "edit", "reveal", "withdraw"].map(past_tense);
        assert_eq!(
            verbs,
            [
                "placed",
                "fulfilled",
                "paid",
                "edited",
                "revealed",
                "withdrawn"
            ]
        );
    }
}
