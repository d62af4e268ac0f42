//! Payments at Stripe: a checkout session, which is a page of Stripe, or a payment intent that the page of the shop completes
//! with Stripe Elements. In both cases, card data never reaches this server.

use super::{
    gateway_error,
    response::{text, whole},
};
use miniserde::json::Value;
use platform::ports::payments::{GatewayError, NewPayment, OpenedPayment, PaymentEvent};
use serde::Serialize;
use std::collections::HashMap;
use stripe::{Client, IdempotencyKey, RequestStrategy, StripeRequest};
use stripe_checkout::{
    CheckoutSessionMode,
    checkout_session::{
        CreateCheckoutSession, CreateCheckoutSessionLineItems as LineItem,
        CreateCheckoutSessionLineItemsPriceData as PriceData, ProductData,
    },
};
use stripe_client_core::{RequestBuilder, StripeMethod};
use wire::billing::orders::Checkout;

/// The body of the request that creates a payment intent.
#[derive(Serialize)]
struct Intent<'a> {
    amount: i64,
    currency: String,
    description: &'a str,
    payment_method_types: [&'static str; 1],
    metadata: HashMap<&'static str, &'a str>,
}

/// Opens a payment with the transaction id as reference and idempotency key.
pub(super) async fn open(
    client: &Client,
    payment: &NewPayment,
) -> Result<OpenedPayment, GatewayError> {
    let minor = payment
        .amount
        .minor(payment.currency)
        .ok_or_else(|| refused("the amount has more decimals than its currency"))?;
    let reference = payment.transaction.to_string();
    let key = IdempotencyKey::new(format!("open-{reference}"))
        .map_err(|_| refused("no idempotency key"))?;
    let request = match payment.checkout {
        Checkout::Page => checkout_session(payment, minor, &reference)?,
        Checkout::Intent => payment_intent(payment, minor, &reference),
    };
    let response: Value = request
        .customize()
        .request_strategy(RequestStrategy::Idempotent(key))
        .send(client)
        .await
        .map_err(gateway_error)?;
    Ok(OpenedPayment {
        gateway_transaction_id: text(&response, "id").ok_or_else(unreadable)?,
        checkout_url: text(&response, "url"),
        client_secret: text(&response, "client_secret")
            .filter(|_| payment.checkout == Checkout::Intent)
            .map(Into::into),
    })
}

fn checkout_session(
    payment: &NewPayment,
    minor: i64,
    reference: &str,
) -> Result<RequestBuilder, GatewayError> {
    let currency = payment
        .currency
        .as_str()
        .to_lowercase()
        .parse::<stripe_types::Currency>()
        .map_err(|_| refused("Stripe does not support the currency"))?;
    let price = PriceData {
        product_data: Some(ProductData::new(payment.title.clone())),
        unit_amount: Some(minor),
        ..PriceData::new(currency)
    };
    let item = LineItem {
        price_data: Some(price),
        quantity: Some(1),
        ..LineItem::new()
    };
    Ok(CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Payment)
        .line_items(vec![item])
        .client_reference_id(reference)
        .metadata(HashMap::from([(
            "transaction_id".to_owned(),
            reference.to_owned(),
        )]))
        .success_url(payment.return_url.clone())
        .cancel_url(payment.return_url.clone())
        .build())
}

fn payment_intent(payment: &NewPayment, minor: i64, reference: &str) -> RequestBuilder {
    RequestBuilder::new(StripeMethod::Post, "/payment_intents").form(&Intent {
        amount: minor,
        currency: payment.currency.as_str().to_lowercase(),
        description: &payment.title,
        payment_method_types: ["card"],
        metadata: HashMap::from([("transaction_id", reference)]),
    })
}

/// Closes a payment, so that the customer can no longer pay it.
pub(super) async fn close(client: &Client, id: &str) -> Result<(), GatewayError> {
    let path = if is_intent(id) {
        format!("/payment_intents/{id}/cancel")
    } else {
        format!("/checkout/sessions/{id}/expire")
    };
    let request = RequestBuilder::new(StripeMethod::Post, path);
    match request
        .customize::<Value>()
        .send(client)
        .await
        .map_err(gateway_error)
    {
        // The payment is already paid or closed.
        Ok(_) | Err(GatewayError::Refused(_)) => Ok(()),
        Err(unknown) => Err(unknown),
    }
}

/// Returns the state of a payment.
pub(super) async fn look_up(
    client: &Client,
    id: &str,
) -> Result<Option<PaymentEvent>, GatewayError> {
    let path = if is_intent(id) {
        format!("/payment_intents/{id}")
    } else {
        format!("/checkout/sessions/{id}")
    };
    let request = RequestBuilder::new(StripeMethod::Get, path);
    let response: Value = request
        .customize()
        .send(client)
        .await
        .map_err(gateway_error)?;
    let paid = |amount: &str, fallback: &str| {
        let minor = whole(&response, amount).or_else(|| whole(&response, fallback));
        let minor = minor.ok_or_else(unreadable)?;
        let currency = text(&response, "currency").ok_or_else(unreadable)?;
        Ok(Some(PaymentEvent::Paid {
            minor,
            currency: currency.to_uppercase(),
        }))
    };
    let status = text(&response, "status").unwrap_or_default();
    match (
        text(&response, "payment_status").as_deref(),
        status.as_str(),
    ) {
        (Some("paid"), _) => paid("amount_total", "amount_total"),
        (None, "succeeded") => paid("amount_received", "amount"),
        (_, "expired" | "canceled") => Ok(Some(PaymentEvent::Expired)),
        _ => Ok(None),
    }
}

fn is_intent(id: &str) -> bool {
    id.starts_with("pi_")
}

fn refused(why: &str) -> GatewayError {
    GatewayError::Refused(why.to_owned())
}

/// Returns the error of an unreadable response. Stripe may have processed the request, so the outcome is unknown.
fn unreadable() -> GatewayError {
    GatewayError::Unknown("the response cannot be read".to_owned())
}
