//! What a price must leave to us, and what the providers of its plan allow.

use wire::{Currency, FieldError, Money, PlanId, catalog::pricing::Earnings};

use integrations::providers::offers;
use platform::{
    Conn, Result,
    settings::{self, MinimumMargin},
};
use std::collections::HashMap;

/// The limits of this moment, for some plans.
pub struct Limits {
    margin: i64,
    least: HashMap<(PlanId, Currency), Money>,
}

impl Limits {
    /// As they are now.
    pub fn of(conn: &mut Conn, plans: &[PlanId]) -> Result<Self> {
        Ok(Self {
            margin: settings::get(conn, MinimumMargin)?,
            least: offers::minimum(conn, plans)?,
        })
    }

    /// Whether a price earns so little that somebody has to say why.
    pub fn needs_reason(&self, cost: &Money, selling: &Money) -> bool {
        selling < cost || Earnings::is_below(cost, selling, self.margin)
    }

    /// Why a plan cannot be sold for so much; with a reason said, only what no reason allows.
    pub fn fault(
        &self,
        of: (PlanId, Currency),
        (cost, selling): (&Money, &Money),
        is_said: bool,
    ) -> Option<FieldError> {
        let fault = |field: &str, code: &str, message: String| {
            Some(FieldError {
                field: field.into(),
                code: code.into(),
                message,
            })
        };
        if let Some(least) = self.least.get(&of).filter(|least| selling < *least) {
            let says = format!("A provider lets it be sold for {least} {} at least.", of.1);
            return fault("selling_price", "below_minimum", says);
        }
        if is_said || !self.needs_reason(cost, selling) {
            return None;
        }
        if selling < cost {
            let says = "It sells below cost: say why.".to_owned();
            return fault("note", "below_cost", says);
        }
        let says = format!(
            "It leaves less than {}% after the cost: say why.",
            self.margin
        );
        fault("note", "low_margin", says)
    }
}
