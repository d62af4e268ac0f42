//! How an order is paid: the payment page, the client secret, or the payment instructions.

use crate::{orders::query, transactions::secret_of};
use platform::{
    Actor, Conn, Result,
    settings::{self, BankInstructions, CryptoInstructions, PaypalInstructions},
};
use wire::{
    OrderId,
    billing::{
        orders::{Order, OrderPayment},
        transactions::{PaymentMethod, TransactionStatus},
    },
};

/// Returns how an order is paid. Only the caller who placed the order receives the client secret, which takes the card:
/// the staff do not.
pub fn load(conn: &mut Conn, actor: &Actor, id: OrderId) -> Result<OrderPayment> {
    let order = query::find(conn, actor, id)?;
    let payment = query::latest_payment(conn, id)?;
    let is_open = payment.status == TransactionStatus::Pending;
    let sealed = payment
        .client_secret
        .filter(|_| is_open && has_placed(actor, &order));
    let client_secret = sealed
        .map(|sealed| actor.keys.open(secret_of(payment.id), &sealed))
        .transpose()?;
    let instructions = match payment.payment_method {
        _ if !is_open => None,
        PaymentMethod::CreditCard => None,
        PaymentMethod::BankTransfer => settings::get(conn, BankInstructions)?,
        PaymentMethod::Paypal => settings::get(conn, PaypalInstructions)?,
        PaymentMethod::Crypto => settings::get(conn, CryptoInstructions)?,
    };
    Ok(OrderPayment {
        transaction_id: payment.id,
        status: payment.status,
        payment_method: payment.payment_method,
        total_amount: payment.total_amount,
        currency: payment.currency,
        checkout_url: payment.checkout_url.filter(|_| is_open),
        client_secret,
        instructions: instructions.map(|text| format!("{text}\nReference: {}", order.order_number)),
        expires_at: order.expires_at,
    })
}

/// Returns whether the actor placed the order: the user who created it, or the API client whose customer it is for.
fn has_placed(actor: &Actor, order: &Order) -> bool {
    match &actor.client {
        Some(_) => order.created_by.is_none(),
        None => actor.id.is_some() && actor.id == order.created_by,
    }
}
