//! The limits of a price: the minimum margin, and the minimum prices of the providers of its plan.

use wire::{Currency, FieldError, Money, PlanId, catalog::pricing::Earnings};

use integrations::providers::offers;
use platform::{
    Conn, Result,
    settings::{self, MinimumMargin},
};
use std::collections::HashMap;

/// The current price limits of a set of plans.
pub struct Limits {
    minimum_margin: i64,
    minimum_prices: HashMap<(PlanId, Currency), Money>,
}

impl Limits {
    /// Loads the current limits.
    pub fn load(conn: &mut Conn, plans: &[PlanId]) -> Result<Self> {
        Ok(Self {
            minimum_margin: settings::get(conn, MinimumMargin)?,
            minimum_prices: offers::minimum_prices(conn, plans)?,
        })
    }

    /// Returns whether a price is below the cost or the minimum margin, so that it needs a reason.
    pub fn needs_reason(&self, cost: &Money, selling: &Money) -> bool {
        selling < cost || Earnings::is_below(cost, selling, self.minimum_margin)
    }

    /// Returns the error of a price that breaks a limit. With a reason, only the minimum prices of the providers apply.
    pub fn check(
        &self,
        plan: PlanId,
        currency: Currency,
        cost: &Money,
        selling: &Money,
        has_reason: bool,
    ) -> Option<FieldError> {
        let error = |field: &str, code: &str, message: String| {
            Some(FieldError {
                field: field.into(),
                code: code.into(),
                message,
            })
        };
        let minimum = self.minimum_prices.get(&(plan, currency));
        if let Some(minimum) = minimum.filter(|minimum| selling < *minimum) {
            let message = format!(
                "A provider of this plan requires a price of {minimum} {currency} or more."
            );
            return error("selling_price", "below_minimum", message);
        }
        if has_reason || !self.needs_reason(cost, selling) {
            return None;
        }
        if selling < cost {
            let message = "The price is below the cost. Enter a reason.".to_owned();
            return error("note", "below_cost", message);
        }
        let message = format!(
            "The margin is below {}%. Enter a reason.",
            self.minimum_margin
        );
        error("note", "low_margin", message)
    }
}
