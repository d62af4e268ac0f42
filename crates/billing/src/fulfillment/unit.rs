//! The provisioning status of one ordered unit.

use chrono::{DateTime, Utc};
use integrations::allocations::{self, Unit};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use wire::{
    EsimId, OrderId, integrations::allocations::ProvisioningStatus, system::audit::AuditAction,
};

/// A change of a unit's status.
pub(super) enum UnitChange<'a> {
    /// The unit is tried again, after this error.
    Queued(&'a str),
    /// The outcome of a request is unknown, for this reason.
    Waiting(&'a str),
    /// The unit has its eSIM, from `stock` or `provider`.
    Succeeded {
        /// Where the eSIM is from.
        source: &'static str,
        /// The eSIM.
        esim: EsimId,
    },
    /// Nothing was bought for the unit, for this reason.
    Failed(&'a str),
    /// A provider sold or may have sold something that cannot be used, for this reason.
    NeedsReview(&'a str),
}

impl<'a> UnitChange<'a> {
    const fn to(&self) -> ProvisioningStatus {
        match self {
            Self::Queued(_) => ProvisioningStatus::Queued,
            Self::Waiting(_) => ProvisioningStatus::Waiting,
            Self::Succeeded { .. } => ProvisioningStatus::Succeeded,
            Self::Failed(_) => ProvisioningStatus::Failed,
            Self::NeedsReview(_) => ProvisioningStatus::NeedsReview,
        }
    }

    const fn error(&self) -> Option<&'a str> {
        match self {
            Self::Queued(error)
            | Self::Waiting(error)
            | Self::Failed(error)
            | Self::NeedsReview(error) => Some(error),
            Self::Succeeded { .. } => None,
        }
    }
}

/// Changes the status of a locked unit. A failure is written to the audit log. Returns whether the unit was changed: a
/// unit whose status does not allow the change is left as it is.
pub(super) fn transition(
    tx: &mut Tx<'_>,
    actor: &Actor,
    unit: &Unit,
    change: &UnitChange<'_>,
) -> Result<bool> {
    let (to, error) = (change.to(), change.error());
    if !unit.status.can_become(to) {
        return Ok(false);
    }
    let found = match change {
        UnitChange::Succeeded { source, esim } => Some((*source, *esim)),
        _ => None,
    };
    allocations::advance(tx, unit.id, to, found, error)?;
    if matches!(
        to,
        ProvisioningStatus::Failed | ProvisioningStatus::NeedsReview
    ) {
        audit::record(
            tx,
            actor,
            AuditEvent::new(AuditAction::ProvisioningFail, unit.order_id)
                .with_reason(error)
                .with_change(json!({ "unit_no": unit.unit_no })),
        )?;
    }
    Ok(true)
}

/// Queues a unit again that failed or waits for review. Returns whether the unit has no eSIM yet.
pub(super) fn reopen(tx: &mut Tx<'_>, order: OrderId, unit_no: i32) -> Result<bool> {
    allocations::reopen(tx, order, unit_no)
}

/// Sets when the provider is asked again about a unit; `None` for never.
pub(super) fn schedule_question(
    tx: &mut Tx<'_>,
    unit: &Unit,
    at: Option<DateTime<Utc>>,
) -> Result<()> {
    allocations::schedule_lookup(tx, unit.id, at)
}
