//! Business rules of plans.

mod bulk;
pub mod csv_import;

pub use bulk::{apply_bulk, validate_bulk};

use super::query;
use wire::{
    PlanId, ProblemCode,
    catalog::plans::{EditPlan, NewPlan, Plan},
    system::audit::AuditAction,
};

use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
};

/// Creates a plan.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewPlan) -> Result<Plan> {
    let plan = query::insert(tx, &[(PlanId::new(), new)])?
        .pop()
        .ok_or_else(|| Error::internal("the plan was not inserted"))?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::PlanCreate, plan.id).with_change(audit::change(&(), &plan)),
    )?;
    Ok(plan)
}

/// Creates a copy of a plan. The copy is inactive and has no price.
pub fn duplicate(tx: &mut Tx<'_>, actor: &Actor, id: PlanId) -> Result<Plan> {
    let plan = query::lock(tx, id)?;
    let copy = NewPlan {
        name: format!("Copy of {}", plan.name).chars().take(100).collect(),
        description: plan.description,
        data_limit_mb: plan.data_limit_mb,
        voice_minutes: plan.voice_minutes,
        sms_count: plan.sms_count,
        validity_days: plan.validity_days,
        regions: plan.regions,
        is_active: false,
        topup_allowed: plan.topup_allowed,
        validity_policy: plan.validity_policy,
        activate_within_days: plan.activate_within_days,
        daily_limit_mb: plan.daily_limit_mb,
        throttled_kbps: plan.throttled_kbps,
        hotspot_allowed: plan.hotspot_allowed,
        apn: plan.apn,
        kyc_required: plan.kyc_required,
    };
    create(tx, actor, &copy)
}

/// Changes a plan.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: PlanId,
    version: i32,
    edit: &EditPlan,
) -> Result<Plan> {
    let before = query::lock(tx, id)?;
    let after =
        query::update(tx, id, version, edit)?.ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::PlanEdit, id).with_change(audit::change(&before, &after)),
    )?;
    Ok(after)
}

/// Withdraws a plan.
pub fn withdraw(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: PlanId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    query::lock(tx, id)?;
    if query::remove(tx, id, version, now)? == 0 {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(tx, actor, AuditEvent::new(AuditAction::PlanArchive, id))
}

/// Restores a withdrawn plan.
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, id: PlanId) -> Result<Plan> {
    let Some(plan) = query::restore(tx, id)? else {
        query::lock(tx, id)?;
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The plan is not withdrawn.",
        ));
    };
    audit::record(tx, actor, AuditEvent::new(AuditAction::PlanRestore, id))?;
    Ok(plan)
}
