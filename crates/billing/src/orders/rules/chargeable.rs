//! The limits of what the gateway can charge.

use platform::Ctx;
use wire::{Currency, FieldError, Money, billing::transactions::PaymentMethod};

/// Returns why the gateway cannot charge a total, before the gateway is asked. Payments that a person records have no
/// such limit, and a free order is not charged.
pub fn chargeable(
    ctx: &Ctx,
    method: PaymentMethod,
    total: &Money,
    currency: Currency,
) -> Option<FieldError> {
    if method.is_recorded() || !total.is_positive() {
        return None;
    }
    let refuses = |code: &str, message: String| {
        Some(FieldError {
            field: "payment_method".to_owned(),
            code: code.to_owned(),
            message,
        })
    };
    let Some(limits) = ctx.ports.payments.limits(currency) else {
        let message =
            format!("A card cannot be charged in {currency}. Choose another payment method.");
        return refuses("currency_not_supported", message);
    };
    let total_text = total.in_currency(currency);
    if *total < limits.minimum {
        let least = limits.minimum.in_currency(currency);
        let message = format!(
            "{total_text} is less than a card can be charged: {least} is the minimum. Choose another payment method."
        );
        return refuses("amount_too_small", message);
    }
    if *total > limits.maximum {
        let most = limits.maximum.in_currency(currency);
        let message = format!(
            "{total_text} is more than a card can be charged at once: {most} is the maximum. Choose another payment method."
        );
        return refuses("amount_too_large", message);
    }
    None
}
