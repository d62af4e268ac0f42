//! Decisions about refunds: who may ask and who may approve, what is left, and what the gateway's word means.

mod ask;
mod claims;
mod decide;
mod effects;
mod eligibility;
mod elsewhere;
mod pay;

pub use ask::{ask_for, called_off, may_ask_for_many, request, request_one_of_many};
pub use claims::close;
pub use decide::{approve, confirm, reject, retry, retry_stuck};
pub use eligibility::read;
pub use elsewhere::{GivenBack, book};
pub use pay::{Heard, Step, abandon, answered, begin, heard};

use super::query::{About, Payment};
use platform::{
    Actor, Conn, Error, Result,
    settings::{self, FourEyesAbove},
};
use wire::{Money, ProblemCode, UserId};

/// Whether a person pays it out: the payment never went through a gateway.
pub fn is_by_hand(about: &About) -> bool {
    about.recorded_by.is_some() || about.gateway_transaction_id.is_none()
}

impl Payment {
    /// Whether a person pays refunds of it out.
    pub fn is_by_hand(&self) -> bool {
        self.recorded_by.is_some() || self.gateway_transaction_id.is_none()
    }
}

/// Whether somebody may approve a refund of so much that this person has asked for: above the threshold, it takes
/// another one.
fn may_approve(
    conn: &mut Conn,
    actor: &Actor,
    amount: &Money,
    requested_by: Option<UserId>,
) -> Result<()> {
    let above = Money::from(settings::get(conn, FourEyesAbove)?);
    if *amount > above && requested_by.is_some() && requested_by == actor.id {
        return Err(Error::because(
            ProblemCode::Forbidden,
            format!("Above {above} another person than who asked for it has to approve a refund."),
        ));
    }
    Ok(())
}
