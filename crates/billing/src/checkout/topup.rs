//! Which plan can be added to which eSIM by a top-up.

use crate::orders::query::{self, TopUpTarget};
use platform::{Conn, Ctx, Error, Result};
use wire::{
    EsimId, ProblemCode, UserId,
    catalog::plans::Plan,
    esims::inventory::{EsimStatus, ProfileState},
    region,
};

/// Rejects a top-up, with the reason: the eSIM is not the customer's or was cancelled, the plan does not allow top-ups or
/// works in other regions, or the provider does not offer the plan.
pub fn check_topup(
    conn: &mut Conn,
    ctx: &Ctx,
    esim: EsimId,
    customer: Option<UserId>,
    plan: &Plan,
) -> Result<()> {
    let target = query::topup_target(conn, esim)?;
    let target = target.filter(|target| customer.is_none() || target.owner == customer);
    let Some(target) = target else {
        return Err(Error::field(
            "esim_id",
            "unknown",
            "The customer has no eSIM with this id.",
        ));
    };
    let is_offered = match target.provider {
        Some(provider) => query::is_offered(conn, plan.id, provider, &ctx.adapters())?,
        None => false,
    };
    match find_obstacle(&target, plan, is_offered) {
        Some(why) => Err(Error::with_detail(ProblemCode::WrongState, why)),
        None => Ok(()),
    }
}

/// Returns why a plan cannot be added to an eSIM.
fn find_obstacle(target: &TopUpTarget, plan: &Plan, is_offered: bool) -> Option<&'static str> {
    if target.owner.is_none() {
        return Some("The eSIM is in stock: sell it first.");
    }
    if target.status == EsimStatus::Cancelled || target.profile == ProfileState::Deleted {
        return Some("The eSIM was cancelled or deleted: sell a new one instead.");
    }
    if !plan.topup_allowed {
        return Some("This plan cannot be added to an eSIM that is in use.");
    }
    if target.provider.is_none() {
        return Some("The provider of this eSIM is unknown, so it cannot be topped up.");
    }
    if !is_offered {
        return Some("The provider of this eSIM does not offer this plan.");
    }
    if !target.regions.is_empty() && !region::overlap(&target.regions, &plan.regions.0) {
        return Some("This plan works in none of the regions of the eSIM.");
    }
    None
}
