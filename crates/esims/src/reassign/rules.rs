//! Business rules of the assignment to another customer.

use super::query::{self, NewOwner};
use crate::{
    inventory::{self, Source},
    operations::has_open_topup,
    share,
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use wire::{
    EsimId, ProblemCode,
    accounts::users::{KycStatus, UserRole, UserStatus},
    esims::{
        inventory::{Esim, EsimStatus},
        sharing::ReassignEsim,
    },
    system::audit::AuditAction,
};

/// Assigns an eSIM to another customer. The orders and payments stay with the buyer.
pub fn reassign(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    version: i32,
    request: &ReassignEsim,
    now: DateTime<Utc>,
) -> Result<Esim> {
    let state = inventory::lock(tx, id)?;
    let before = inventory::find(tx.conn(), actor.owner_filter(), id)?;
    if before.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let wrong_state = |why: &str| Err(Error::with_detail(ProblemCode::WrongState, why));
    let Some(owner) = before.user_id else {
        return wrong_state("The eSIM is in stock: sell it instead.");
    };
    if before.status == EsimStatus::Cancelled {
        return wrong_state("The eSIM is cancelled, which is final.");
    }
    if owner == request.user_id {
        return wrong_state("The eSIM belongs to this customer already.");
    }
    if has_open_topup(tx.conn(), id)? {
        return wrong_state("A paid top-up of this eSIM is being delivered. Wait for it first.");
    }
    let new_owner = query::lock_owner(tx, request.user_id)?;
    let requires_kyc = query::requires_kyc(tx.conn(), id)?;
    if let Some(why) = find_obstacle(new_owner, requires_kyc) {
        return Err(Error::field("user_id", "not_allowed", why));
    }
    if !query::have_same_client(tx.conn(), owner, request.user_id)? {
        let why = "The two customers belong to different API clients.";
        return Err(Error::field("user_id", "not_allowed", why));
    }
    if !query::assign(tx, id, version, request.user_id, now)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    share::revoke_all(tx, id, now)?;
    let text = "Assigned to another customer";
    inventory::record_unchanged(tx, actor, id, state, text, Source::Admin)?;
    let change = json!({ "user_id": { "before": owner, "after": request.user_id } });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::EsimReassign, id)
            .with_change(change)
            .with_reason(Some(&request.reason)),
    )?;
    inventory::find(tx.conn(), actor.owner_filter(), id)
}

/// Returns why a user cannot get an eSIM.
fn find_obstacle(user: Option<NewOwner>, requires_kyc: bool) -> Option<&'static str> {
    let Some(user) = user else {
        return Some("There is no such customer.");
    };
    if user.role != UserRole::Customer {
        return Some("The user is not a customer.");
    }
    if user.status != UserStatus::Active {
        return Some("The account of the customer is not active.");
    }
    if requires_kyc && user.kyc_status != KycStatus::Verified {
        return Some("The plan requires a verified customer, and this one is not verified.");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUSTOMER: NewOwner = NewOwner {
        role: UserRole::Customer,
        status: UserStatus::Active,
        kyc_status: KycStatus::Pending,
    };

    #[test]
    fn only_active_customers_get_an_esim() {
        assert_eq!(find_obstacle(Some(CUSTOMER), false), None);
        let staff = NewOwner {
            role: UserRole::Support,
            ..CUSTOMER
        };
        let suspended = NewOwner {
            status: UserStatus::Suspended,
            ..CUSTOMER
        };
        for user in [None, Some(staff), Some(suspended)] {
            assert!(find_obstacle(user, false).is_some(), "{user:?}");
        }
    }

    #[test]
    fn plan_with_kyc_requires_a_verified_customer() {
        assert!(find_obstacle(Some(CUSTOMER), true).is_some());
        let verified = NewOwner {
            kyc_status: KycStatus::Verified,
            ..CUSTOMER
        };
        assert_eq!(find_obstacle(Some(verified), true), None);
    }
}
