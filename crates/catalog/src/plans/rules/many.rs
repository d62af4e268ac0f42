//! Acts on many plans: each by itself, whatever somebody else has changed of it meanwhile.

use crate::plans::query;
use wire::{
    Bulk, FieldErrors, PlanId,
    catalog::plans::{EditPlan, PlanAct},
};

use chrono::{DateTime, Utc};
use platform::{Actor, Error, Result, Tx};
use uuid::Uuid;

/// Whether an act on many may begin.
pub fn ready(_: &Actor, bulk: &Bulk<PlanAct>) -> Result<()> {
    let mut bad = FieldErrors::default();
    bulk.action.check(&mut bad);
    if bad.0.is_empty() {
        Ok(())
    } else {
        Err(Error::fields(bad.0))
    }
}

/// Does one of many.
pub fn act(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, bulk): (Uuid, &Bulk<PlanAct>),
    now: DateTime<Utc>,
) -> Result<()> {
    let id = PlanId(id);
    let edit = match bulk.action {
        PlanAct::Restore => return super::restore(tx, actor, id).map(drop),
        PlanAct::Withdraw => {
            let version = query::hold(tx, id)?.version;
            return super::withdraw(tx, actor, id, version, now);
        }
        PlanAct::Activate => EditPlan {
            is_active: Some(true),
            ..EditPlan::default()
        },
        PlanAct::Deactivate => EditPlan {
            is_active: Some(false),
            ..EditPlan::default()
        },
        PlanAct::SetValidityDays(days) => EditPlan {
            validity_days: Some(days),
            ..EditPlan::default()
        },
        PlanAct::SetValidityPolicy(policy) => EditPlan {
            validity_policy: Some(policy),
            ..EditPlan::default()
        },
        PlanAct::SetTopupAllowed(on) => EditPlan {
            topup_allowed: Some(on),
            ..EditPlan::default()
        },
    };
    let version = query::hold(tx, id)?.version;
    super::edit(tx, actor, id, version, &edit).map(drop)
}
