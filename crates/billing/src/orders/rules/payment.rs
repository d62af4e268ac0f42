//! How an order is paid, for whoever shows it to the customer.

use super::super::query;
use platform::{
    Actor, Conn, Result,
    crypto::FieldContext,
    settings::{self, BankInstructions, CryptoInstructions, PaypalInstructions},
};
use wire::{
    OrderId, TransactionId,
    billing::{
        orders::{Order, OrderPayment},
        transactions::{PaymentMethod, TransactionStatus},
    },
};

/// Where a payment's secret is sealed.
pub const fn secret_of<'a>(id: TransactionId) -> FieldContext<'a> {
    FieldContext::new("transactions", "client_secret", id.0)
}

/// How an order is paid. The secret with which a card is taken is opened for nobody but whoever placed the order:
/// not for the staff who look at it.
pub fn payment(conn: &mut Conn, actor: &Actor, id: OrderId) -> Result<OrderPayment> {
    let order = query::find(conn, actor, id)?;
    let paying = query::paying(conn, id)?;
    let is_open = paying.status == TransactionStatus::Pending;
    let sealed = paying
        .client_secret
        .filter(|_| is_open && placed(actor, &order));
    let client_secret = sealed
        .map(|sealed| actor.keys.open(secret_of(paying.id), &sealed))
        .transpose()?;
    let instructions = match paying.payment_method {
        _ if !is_open => None,
        PaymentMethod::CreditCard => None,
        PaymentMethod::BankTransfer => settings::get(conn, BankInstructions)?,
        PaymentMethod::Paypal => settings::get(conn, PaypalInstructions)?,
        PaymentMethod::Crypto => settings::get(conn, CryptoInstructions)?,
    };
    Ok(OrderPayment {
        transaction_id: paying.id,
        status: paying.status,
        payment_method: paying.payment_method,
        total_amount: paying.total_amount,
        currency: paying.currency,
        checkout_url: paying.checkout_url.filter(|_| is_open),
        client_secret,
        instructions: instructions.map(|text| format!("{text}\nReference: {}", order.order_number)),
        expires_at: order.expires_at,
    })
}

/// Whether it is their order: a person's who placed it, a program's whose customer it is for.
fn placed(actor: &Actor, order: &Order) -> bool {
    match &actor.client {
        Some(_) => order.created_by.is_none(),
        None => actor.id.is_some() && actor.id == order.created_by,
    }
}
