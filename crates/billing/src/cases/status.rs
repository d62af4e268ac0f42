//! Changes of a case's status.

use super::query::{self, CaseRow};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use wire::{
    ProblemCode, UserId,
    billing::reconciliation::{CaseAction, CaseStatus},
    system::audit::AuditAction,
};

/// A change of a case's status.
pub enum CaseChange {
    /// A person requests help.
    Escalate,
    /// A person resolved the case by an action.
    Resolve(CaseAction),
}

impl CaseChange {
    const fn to(&self) -> CaseStatus {
        match self {
            Self::Escalate => CaseStatus::Escalated,
            Self::Resolve(_) => CaseStatus::Resolved,
        }
    }
}

/// Changes the status of a locked case and writes the audit event. Rejects a change that the status does not allow.
pub fn transition(
    tx: &mut Tx<'_>,
    actor: &Actor,
    case: &CaseRow,
    change: &CaseChange,
    by: UserId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    if !case.status.can_become(change.to()) {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            format!("The case is {} already.", case.status),
        ));
    }
    let act = match change {
        CaseChange::Escalate => {
            query::escalate(tx, case.id, by, now)?;
            AuditEvent::new(AuditAction::CaseEscalate, case.id)
        }
        CaseChange::Resolve(action) => {
            let resolved = query::Resolved {
                by,
                action: *action,
                resolution: reason,
                at: now,
            };
            query::resolve(tx, case.id, &resolved)?;
            AuditEvent::new(AuditAction::CaseResolve, case.id)
                .with_change(json!({ "action": action }))
        }
    };
    audit::record(tx, actor, act.with_reason(Some(reason)))
}
