//! Bulk actions on plans. Each plan is changed in its own transaction and at its current version.

use crate::plans::query;
use wire::{
    BulkRequest, FieldErrors, PlanId,
    catalog::plans::{BulkPlanAction, EditPlan},
};

use chrono::{DateTime, Utc};
use platform::{Actor, Error, Result, Tx};
use uuid::Uuid;

/// Validates a bulk action before it is applied to the first plan.
pub fn validate_bulk(_: &Actor, bulk: &BulkRequest<BulkPlanAction>) -> Result<()> {
    let mut bad = FieldErrors::default();
    bulk.action.check(&mut bad);
    if bad.0.is_empty() {
        Ok(())
    } else {
        Err(Error::fields(bad.0))
    }
}

/// Applies a bulk action to one plan.
pub fn apply_bulk(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Uuid,
    bulk: &BulkRequest<BulkPlanAction>,
    now: DateTime<Utc>,
) -> Result<()> {
    let id = PlanId(id);
    let edit = match bulk.action {
        BulkPlanAction::Restore => return super::restore(tx, actor, id).map(drop),
        BulkPlanAction::Withdraw => {
            let version = query::lock(tx, id)?.version;
            return super::withdraw(tx, actor, id, version, now);
        }
        BulkPlanAction::Activate => EditPlan {
            is_active: Some(true),
            ..EditPlan::default()
        },
        BulkPlanAction::Deactivate => EditPlan {
            is_active: Some(false),
            ..EditPlan::default()
        },
        BulkPlanAction::SetValidityDays(days) => EditPlan {
            validity_days: Some(days),
            ..EditPlan::default()
        },
        BulkPlanAction::SetValidityPolicy(policy) => EditPlan {
            validity_policy: Some(policy),
            ..EditPlan::default()
        },
        BulkPlanAction::SetTopupAllowed(on) => EditPlan {
            topup_allowed: Some(on),
            ..EditPlan::default()
        },
    };
    let version = query::lock(tx, id)?.version;
    super::edit(tx, actor, id, version, &edit).map(drop)
}
