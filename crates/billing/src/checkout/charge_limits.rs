//! The limits of a charge at the gateway.

use platform::Ctx;
use wire::{Currency, FieldError, Money, billing::transactions::PaymentMethod};

/// Returns why the gateway cannot charge a total, without a request to the gateway. Payments that a person confirms have
/// no such limit, and a free order is not charged.
pub fn check_charge(
    ctx: &Ctx,
    method: PaymentMethod,
    total: &Money,
    currency: Currency,
) -> Option<FieldError> {
    if method.is_recorded() || !total.is_positive() {
        return None;
    }
    let reject = |code: &str, message: String| {
        Some(FieldError {
            field: "payment_method".to_owned(),
            code: code.to_owned(),
            message,
        })
    };
    let Some(limits) = ctx.ports.payments.limits(currency) else {
        let message =
            format!("A card cannot be charged in {currency}. Choose another payment method.");
        return reject("currency_not_supported", message);
    };
    let total_text = total.in_currency(currency);
    if *total < limits.minimum {
        let least = limits.minimum.in_currency(currency);
        let message = format!(
            "{total_text} is less than a card can be charged: {least} is the minimum. Choose another payment method."
        );
        return reject("amount_too_small", message);
    }
    if *total > limits.maximum {
        let most = limits.maximum.in_currency(currency);
        let message = format!(
            "{total_text} is more than a card can be charged in one payment: {most} is the maximum. Choose another payment method."
        );
        return reject("amount_too_large", message);
    }
    None
}
