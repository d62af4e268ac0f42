//! Operations on eSIMs: suspend, resume, cancel and refresh, at the provider where its API offers them.

use super::profile;
use crate::{
    AnyOf, Check, EsimId, EsimOperationBatchId, EsimOperationId, FieldErrors, ProviderId, Resource,
    UserId, bulk::MAX_IDS,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Kind of an operation on an eSIM.
    EsimOperationKind: EsimOperationKind, "esim_operation_kind" {
        /// Suspend the service.
        Suspend = "suspend",
        /// Resume the suspended service.
        Resume = "resume",
        /// Cancel the eSIM for good.
        Cancel = "cancel",
        /// Load the state from the provider.
        Refresh = "refresh",
    }
}
text_enum! {
    /// Status of an operation on an eSIM.
    EsimOperationStatus: EsimOperationStatus, "esim_operation_status" {
        /// The operation waits for its turn.
        Queued = "queued",
        /// The request was sent to the provider; its outcome is not known yet.
        Running = "running",
        /// The provider makes the change later.
        Scheduled = "scheduled",
        /// The change is in force.
        Succeeded = "succeeded",
        /// Nothing was changed.
        Refused = "refused",
        /// The outcome could not be found out.
        Failed = "failed",
    }
}

impl EsimOperationStatus {
    /// Returns whether an operation of this status can get the status `to`.
    pub const fn can_become(self, to: Self) -> bool {
        match self {
            Self::Queued => !matches!(to, Self::Queued),
            Self::Running | Self::Scheduled => !matches!(to, Self::Running),
            Self::Succeeded | Self::Refused | Self::Failed => false,
        }
    }

    /// Returns whether the operation has an outcome.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Refused | Self::Failed)
    }
}

/// An operation on an eSIM, and its result. In a bulk request, every row has one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EsimOperation {
    /// ID of the operation.
    pub id: EsimOperationId,
    /// The request that the operation belongs to: one eSIM, or a bulk request.
    pub batch_id: EsimOperationBatchId,
    /// The eSIM; null when no eSIM has the requested ICCID.
    pub esim_id: Option<EsimId>,
    /// The ICCID, as requested where no eSIM has it.
    pub iccid: String,
    /// The provider of the eSIM.
    pub provider_id: Option<ProviderId>,
    /// Name of the provider.
    pub provider_name: Option<String>,
    /// Kind of the operation.
    pub kind: EsimOperationKind,
    /// Status of the operation.
    pub status: EsimOperationStatus,
    /// The user who requested the operation; null for the system and for API clients.
    pub requested_by: Option<UserId>,
    /// The reason.
    pub reason: Option<String>,
    /// Why the operation was refused or has failed, or why its outcome is not known yet.
    pub error: Option<String>,
    /// What the requester should know about the result.
    pub note: Option<String>,
    /// The provider's reference of the change.
    pub provider_ref: Option<String>,
    /// When the request was sent to the provider.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the operation got its outcome.
    pub finished_at: Option<DateTime<Utc>>,
    /// When the operation was requested.
    pub created_at: DateTime<Utc>,
    /// When the status last changed.
    pub updated_at: DateTime<Utc>,
}

/// The request of an operation on one eSIM.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OperateEsim {
    /// The reason, stored with the operation and in the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "The phone was stolen"))]
    pub reason: Option<String>,
}

/// The request of an operation on many eSIMs: selected ones, or those with pasted ICCIDs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewEsimOperations {
    /// Kind of the operation.
    pub kind: EsimOperationKind,
    /// The reason, stored with each operation and in the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// IDs of the eSIMs. IDs and ICCIDs together: 500 at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<EsimId>,
    /// ICCIDs of the eSIMs, with or without spaces and hyphens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "server", schema(example = json!(["8944538532008160222"])))]
    pub iccids: Vec<String>,
}

/// The operations of a bulk request. The list of operations shows the result of each row: filter it by `batch_id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EsimOperationBatch {
    /// ID of the request.
    pub batch_id: EsimOperationBatchId,
    /// Number of operations that were queued.
    pub queued: usize,
    /// Number of rows that were refused.
    pub refused: usize,
}

filter! {
    /// Filter of the list of operations on eSIMs.
    EsimOperationFilter {
        /// Operations of this request.
        batch_id: EsimOperationBatchId,
        /// Operations on this eSIM.
        esim_id: EsimId,
        /// Operations at this provider.
        provider_id: ProviderId,
        /// Operations of any of these kinds.
        kind: AnyOf<EsimOperationKind>,
        /// Operations of any of these statuses.
        status: AnyOf<EsimOperationStatus>,
        /// Requested at or after.
        created_at_from: DateTime<Utc>,
        /// Requested before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of operations on eSIMs.
    EsimOperationSort { CreatedAt = "created_at" desc });

impl Resource for EsimOperation {
    const PATH: &'static str = "/v1/esim-operations";
    const ONE: &'static str = "eSIM operation";
    const MANY: &'static str = "eSIM operations";
    type Id = EsimOperationId;
    type Filter = EsimOperationFilter;
    type Sort = EsimOperationSort;
    fn id(&self) -> EsimOperationId {
        self.id
    }
    fn label(&self) -> String {
        self.iccid.clone()
    }
}

impl Check for OperateEsim {
    fn check(&self, bad: &mut FieldErrors) {
        check_reason(bad, self.reason.as_deref());
    }
}

impl Check for NewEsimOperations {
    fn check(&self, bad: &mut FieldErrors) {
        check_reason(bad, self.reason.as_deref());
        let rows = self.ids.len().saturating_add(self.iccids.len());
        let field = if self.ids.is_empty() { "iccids" } else { "ids" };
        if rows == 0 {
            bad.add(field, "required", "Choose at least one eSIM.");
        }
        if rows > MAX_IDS {
            bad.add(field, "too_many", format!("Choose {MAX_IDS} at most."));
        }
        if self.iccids.iter().any(|iccid| iccid.chars().count() > 40) {
            bad.add("iccids", "too_long", "An ICCID has 40 characters at most.");
        }
        if self
            .iccids
            .iter()
            .any(|iccid| iccid.chars().any(char::is_control))
        {
            bad.add(
                "iccids",
                "control_character",
                "Remove the control characters.",
            );
        }
    }
}

fn check_reason(bad: &mut FieldErrors, reason: Option<&str>) {
    if let Some(reason) = reason {
        bad.lines("reason", reason, 0, 500);
    }
}

/// Returns the digits of a pasted ICCID, or the text without spaces around it when it is not an ICCID.
pub fn pasted_iccid(text: &str) -> String {
    profile::iccid(text).map_or_else(|_| text.trim().to_owned(), |(digits, _)| digits)
}

#[cfg(test)]
mod tests {
    use super::{EsimOperationStatus as S, *};

    #[test]
    fn finished_operation_never_changes() {
        for &from in S::ALL {
            for &to in S::ALL {
                assert!(!from.is_final() || !from.can_become(to), "{from} to {to}");
            }
        }
        assert!(S::Queued.can_become(S::Running) && S::Running.can_become(S::Queued));
    }

    #[test]
    fn bulk_request_accepts_1_to_500_rows() {
        let rows = |count: usize| NewEsimOperations {
            kind: EsimOperationKind::Refresh,
            reason: None,
            ids: Vec::new(),
            iccids: vec!["8944538532008160222".to_owned(); count],
        };
        assert_eq!(rows(0).field_errors()[0].code, "required");
        assert!(rows(500).field_errors().is_empty());
        assert_eq!(rows(501).field_errors()[0].code, "too_many");
    }

    #[test]
    fn pasted_iccid_drops_separators() {
        assert_eq!(
            pasted_iccid(" 8944 5385-3200 8160222 "),
            "8944538532008160222"
        );
        assert_eq!(pasted_iccid(" phone 7 "), "phone 7");
    }
}
