//! Emails about an order: how to pay, the delivery with the QR codes, and the failed delivery. Each is put into the
//! outbox in the transaction of the change that it describes.
//!
//! The deduplication key of a delivery begins with `order-`; no other email's key does.

use super::query::{self, OrderRow};
use messaging::{
    emails::{DeliveredEsim, EmailTemplate, PaymentRequest},
    notifications::{self, EmailMessage},
};
use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    settings::{self, BankInstructions, BusinessTimeZone, CryptoInstructions, PaypalInstructions},
};
use wire::{
    EsimId, OrderId,
    billing::{
        orders::{OrderStatus, PlanTerms},
        transactions::PaymentMethod,
    },
    esims::inventory::EsimInstallation,
};

/// An email about an order, to its customer.
struct Email {
    template: EmailTemplate,
    /// The eSIM of the email.
    esim_id: Option<EsimId>,
    dedupe_key: String,
}

/// The key and the recipient of a delivery email.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryEmail<'a> {
    /// The deduplication key.
    pub dedupe_key: &'a str,
    /// The recipient; `None` is the customer.
    pub to: Option<&'a str>,
}

/// Puts an email about an order into the outbox, once per key.
fn enqueue(tx: &mut Tx<'_>, keys: &Keyring, order: &OrderRow, email: Email) -> Result<()> {
    enqueue_to(tx, keys, order, email, None)
}

/// Puts an email about an order into the outbox, once per key. Without a recipient, the customer receives it.
fn enqueue_to(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    order: &OrderRow,
    email: Email,
    to: Option<&str>,
) -> Result<()> {
    let message = EmailMessage {
        user_id: order.user_id,
        order_id: Some(order.id),
        esim_id: email.esim_id,
        template: email.template,
        dedupe_key: email.dedupe_key,
    };
    match to {
        Some(to) => notifications::notify_address(tx, keys, message, to),
        None => notifications::notify(tx, keys, message),
    }
}

/// Puts the delivery of an order into the outbox, once per key.
pub fn send_delivery(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    order: &OrderRow,
    delivery: DeliveryEmail<'_>,
) -> Result<()> {
    let terms = order.terms()?;
    let esims = query::usable_esims(tx.conn(), order.id)?;
    if let Some(esim) = order.esim_id {
        return send_topup(tx, keys, order, esim, terms, delivery);
    }
    let codes = esims::inventory::activation_codes(tx.conn(), keys, &esims)?;
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let template = EmailTemplate::OrderDelivered {
        order_number: order.order_number.clone(),
        ordered_on: order.created_at.with_timezone(&zone).into(),
        plan_title: terms.title(),
        plan: terms.name,
        esims: codes
            .into_iter()
            .map(|(_, iccid, code)| DeliveredEsim {
                iccid,
                installation: EsimInstallation::from(&code),
            })
            .collect(),
    };
    let email = Email {
        template,
        esim_id: esims.first().copied(),
        dedupe_key: delivery.dedupe_key.to_owned(),
    };
    enqueue_to(tx, keys, order, email, delivery.to)
}

/// Sends the customer the payment instructions of an order whose payment a person confirms.
pub fn payment_instructions(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    id: OrderId,
    method: PaymentMethod,
) -> Result<()> {
    let order = query::lock(tx, id)?;
    let template = EmailTemplate::PaymentInstructions {
        order: payment_request(tx.conn(), &order)?,
        method: method_name(method),
        instructions: instructions(tx.conn(), method)?,
    };
    request_payment(tx, keys, &order, template)
}

/// Sends the customer a link to the payment page of an order, unless the order was paid or cancelled meanwhile.
pub fn payment_link(tx: &mut Tx<'_>, keys: &Keyring, id: OrderId, url: &str) -> Result<()> {
    let order = query::lock(tx, id)?;
    if order.status != OrderStatus::PendingPayment {
        return Ok(());
    }
    let template = EmailTemplate::PaymentLink {
        order: payment_request(tx.conn(), &order)?,
        url: url.to_owned(),
    };
    request_payment(tx, keys, &order, template)
}

/// Requests the payment of an order, once.
fn request_payment(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    order: &OrderRow,
    template: EmailTemplate,
) -> Result<()> {
    let email = Email {
        template,
        esim_id: None,
        dedupe_key: format!("payment-{}", order.id),
    };
    enqueue(tx, keys, order, email)
}

fn payment_request(conn: &mut Conn, order: &OrderRow) -> Result<PaymentRequest> {
    let zone = settings::get(conn, BusinessTimeZone)?;
    Ok(PaymentRequest {
        number: order.order_number.clone(),
        quantity: order.quantity,
        plan_title: order.terms()?.title(),
        total: order.total_amount.in_currency(order.currency),
        pay_until: order
            .expires_at
            .map(|until| until.with_timezone(&zone).into()),
    })
}

/// Returns the instructions that the settings hold for customers who pay by a method.
fn instructions(conn: &mut Conn, method: PaymentMethod) -> Result<Option<String>> {
    match method {
        PaymentMethod::CreditCard => Ok(None),
        PaymentMethod::BankTransfer => settings::get(conn, BankInstructions),
        PaymentMethod::Paypal => settings::get(conn, PaypalInstructions),
        PaymentMethod::Crypto => settings::get(conn, CryptoInstructions),
    }
}

const fn method_name(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::CreditCard => "card",
        PaymentMethod::BankTransfer => "bank transfer",
        PaymentMethod::Paypal => "PayPal",
        PaymentMethod::Crypto => "cryptocurrency",
    }
}

/// Informs the customer that an order could not be delivered, and that its payment is being refunded.
pub fn not_delivered(tx: &mut Tx<'_>, keys: &Keyring, id: OrderId) -> Result<()> {
    let order = query::lock(tx, id)?;
    let refunded_amount = order
        .total_amount
        .is_positive()
        .then(|| order.total_amount.in_currency(order.currency));
    let email = Email {
        template: EmailTemplate::OrderNotDelivered {
            order_number: order.order_number.clone(),
            plan_title: order.terms()?.title(),
            refunded_amount,
        },
        esim_id: None,
        dedupe_key: format!("not-delivered-{}", order.id),
    };
    enqueue(tx, keys, &order, email)
}

/// Puts the delivery of a top-up into the outbox, once per key. There is nothing to install.
fn send_topup(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    order: &OrderRow,
    esim: EsimId,
    terms: PlanTerms,
    delivery: DeliveryEmail<'_>,
) -> Result<()> {
    let (iccid, until) = query::added_bundle(tx.conn(), order.id, esim)?;
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let email = Email {
        template: EmailTemplate::TopupDelivered {
            order_number: order.order_number.clone(),
            plan_title: terms.title(),
            plan: terms.name,
            iccid,
            usable_until: until.map(|until| until.with_timezone(&zone).into()),
        },
        esim_id: Some(esim),
        dedupe_key: delivery.dedupe_key.to_owned(),
    };
    enqueue_to(tx, keys, order, email, delivery.to)
}
