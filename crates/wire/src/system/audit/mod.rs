//! The record of every act.

mod access;
mod chain;

pub use access::{AccessEntry, AccessFilter, AccessSort};
pub use chain::{AuditHead, AuditVerdict, Finding, FindingKind, VerifyAudit};

use crate::{ApiClientId, AuditId, Resource, UserId, accounts::users::UserRole};
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
    /// Who; null for the system and for integrators' clients.
    pub actor_id: Option<UserId>,
    /// Who, by name.
    pub actor: Option<String>,
    /// Which integrator's client; null for people and the system.
    pub client_id: Option<ApiClientId>,
    /// Which client, by name.
    pub client: Option<String>,
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
    /// Whether it is a link of the chain already, so that it cannot be taken away unnoticed. It takes some seconds.
    pub is_linked: bool,
}

filter! {
    /// What the audit log can be narrowed by.
    AuditFilter {
        /// By this person.
        actor_id: UserId,
        /// By this integrator's client.
        client_id: ApiClientId,
        /// This act, such as `plan.create`; with a star at its end every act that begins so, such as `plan.*`.
        action: String,
        /// To this kind of thing.
        subject_type: String,
        /// To this one.
        subject_id: AuditSubject,
        /// By this request.
        request_id: String,
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
    fn parse(text: &str) -> Result<Self, &'static str> {
        uuid::Uuid::try_parse(text)
            .map(Self)
            .map_err(|_| "must be a UUID")
    }
    fn show(&self) -> String {
        self.0.to_string()
    }
}

/// What was done, as it is told afterwards: `place` is `placed`.
pub fn done(verb: &str) -> String {
    match verb {
        "ban" => "banned",
        "begin" => "begun",
        "broken" => "found broken",
        "bootstrap" => "made at the first start",
        "cancel" => "cancelled",
        "codes" => "given new recovery codes",
        "end_all" => "ended everywhere",
        "end_others" => "ended everywhere else",
        "enrol" => "set up",
        "forgotten" => "forgotten: a link was sent",
        "fulfil" => "fulfilled",
        "hear" => "heard of",
        "mismatch" => "found not to match",
        "pay" => "paid",
        "recover" => "replaced by a recovery code",
        "refused" => "refused",
        "reread" => "read again",
        "resend" => "sent again",
        "retry" => "tried again",
        "rollback" => "rolled back",
        "send" => "sent",
        "set" => "set",
        "reuse" => "ended: its cookie was used twice",
        "review" => "laid aside for review",
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
    /// The act as it is told afterwards: `order.place` is `Order placed`.
    pub fn told(&self) -> String {
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
        format!("{kind} {}", done(verb)).replace('_', " ")
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
        self.told()
    }
}

#[cfg(test)]
mod tests {
    use super::done;

    #[test]
    fn acts_are_told_afterwards() {
        let told = ["place", "fulfil", "pay", "edit", "reveal", "withdraw"].map(done);
        assert_eq!(
            told,
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
