//! Decisions about refunds: who may ask and who may approve, what is left, and what the gateway's word means.

mod ask;
mod claims;
mod decide;
mod effects;
mod eligibility;
mod elsewhere;
mod pay;
mod second_person;

pub use ask::{ask_for, called_off, may_ask_for_many, request, request_one_of_many};
pub use claims::close;
pub use decide::{approve, confirm, reject, retry, retry_stuck};
pub use eligibility::read;
pub use elsewhere::{GivenBack, book, refunded_in_all};
pub use pay::{Heard, Step, abandon, answered, begin, heard};

use super::query::{About, Payment};

/// Whether a person pays it out: the payment never went through a gateway.
pub fn is_by_hand(about: &About) -> bool {
    about.recorded_by.is_some() || about.gateway_transaction_id.is_none()
}

impl Payment {
    /// Whether nothing was paid: the order was free.
    pub fn is_free(&self) -> bool {
        !self.total_amount.is_positive()
    }

    /// Whether a person pays refunds of it out.
    pub fn is_by_hand(&self) -> bool {
        self.recorded_by.is_some() || self.gateway_transaction_id.is_none()
    }
}
