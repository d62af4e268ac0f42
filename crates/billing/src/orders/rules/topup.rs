//! Which plan can be added to which eSIM.

use super::super::query;
use platform::{Conn, Ctx, Error, Result};
use wire::{
    EsimId, ProblemCode, ProviderId, UserId,
    catalog::plans::Plan,
    esims::inventory::{EsimStatus, ProfileState},
    region,
};

/// An eSIM that is to be topped up.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The profile's number, which its provider knows it by.
    pub iccid: String,
    /// Whose it is.
    pub owner: Option<UserId>,
    /// Who supplied it.
    pub provider: Option<ProviderId>,
    /// Its state.
    pub status: EsimStatus,
    /// The profile's.
    pub profile: ProfileState,
    /// Where the plan on it works; empty when that is not known.
    pub places: Vec<String>,
}

/// Refuses, with the reason, what cannot be added: it is not theirs, it has ended, the plan is not for that, its
/// provider does not offer it, it works elsewhere.
pub fn allowed(
    conn: &mut Conn,
    ctx: &Ctx,
    esim: EsimId,
    customer: Option<UserId>,
    plan: &Plan,
) -> Result<()> {
    let target = query::target(conn, esim)?;
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
    match barrier(&target, plan, is_offered) {
        Some(why) => Err(Error::with_detail(ProblemCode::WrongState, why)),
        None => Ok(()),
    }
}

/// Why a plan cannot be added to an eSIM.
fn barrier(target: &Target, plan: &Plan, is_offered: bool) -> Option<&'static str> {
    if target.owner.is_none() {
        return Some("The eSIM is in stock: sell it first.");
    }
    if target.status == EsimStatus::Cancelled || target.profile == ProfileState::Deleted {
        return Some("The eSIM has been cancelled or deleted: sell a new one instead.");
    }
    if !plan.topup_allowed {
        return Some("This plan cannot be added to an eSIM that is in use.");
    }
    if target.provider.is_none() {
        return Some("Nobody knows who supplied this eSIM, so nobody can add to it.");
    }
    if !is_offered {
        return Some("The provider of this eSIM does not offer this plan.");
    }
    if !target.places.is_empty() && !region::overlap(&target.places, &plan.regions.0) {
        return Some("This plan works in none of the places where the eSIM does.");
    }
    None
}
