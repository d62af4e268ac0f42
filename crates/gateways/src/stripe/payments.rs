//! Payments at Stripe: a page of theirs, or a payment intent that the shop's own page completes with their elements.
//! Either way no card comes near us.

use super::{
    answer::{text, whole},
    told,
};
use miniserde::json::Value;
use platform::ports::payments::{GatewayError, News, Opened, Opening};
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

/// What a payment intent is opened with.
#[derive(Serialize)]
struct Intent<'a> {
    amount: i64,
    currency: String,
    description: &'a str,
    payment_method_types: [&'static str; 1],
    metadata: HashMap<&'static str, &'a str>,
}

/// Opens a payment under our reference, which is its key as well.
pub(super) async fn open(client: &Client, opening: &Opening) -> Result<Opened, GatewayError> {
    let minor = opening
        .amount
        .minor(opening.currency)
        .ok_or_else(|| refused("the amount is finer than its currency"))?;
    let reference = opening.transaction.to_string();
    let key = IdempotencyKey::new(format!("open-{reference}"))
        .map_err(|_| refused("no idempotency key"))?;
    let request = match opening.checkout {
        Checkout::Page => page(opening, minor, &reference)?,
        Checkout::Intent => intent(opening, minor, &reference),
    };
    let answer: Value = request
        .customize()
        .request_strategy(RequestStrategy::Idempotent(key))
        .send(client)
        .await
        .map_err(told)?;
    Ok(Opened {
        gateway_transaction_id: text(&answer, "id").ok_or_else(unreadable)?,
        checkout_url: text(&answer, "url"),
        client_secret: text(&answer, "client_secret")
            .filter(|_| opening.checkout == Checkout::Intent)
            .map(Into::into),
    })
}

fn page(opening: &Opening, minor: i64, reference: &str) -> Result<RequestBuilder, GatewayError> {
    let currency = opening
        .currency
        .as_str()
        .to_lowercase()
        .parse::<stripe_types::Currency>()
        .map_err(|_| refused("Stripe does not know the currency"))?;
    let price = PriceData {
        product_data: Some(ProductData::new(opening.title.clone())),
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
        .success_url(opening.return_url.clone())
        .cancel_url(opening.return_url.clone())
        .build())
}

fn intent(opening: &Opening, minor: i64, reference: &str) -> RequestBuilder {
    RequestBuilder::new(StripeMethod::Post, "/payment_intents").form(&Intent {
        amount: minor,
        currency: opening.currency.as_str().to_lowercase(),
        description: &opening.title,
        payment_method_types: ["card"],
        metadata: HashMap::from([("transaction_id", reference)]),
    })
}

/// Closes a payment, so that nobody can pay it any more.
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
        .map_err(told)
    {
        // Paid or closed already: there is nothing left to close.
        Ok(_) | Err(GatewayError::Refused(_)) => Ok(()),
        Err(unknown) => Err(unknown),
    }
}

/// What became of a payment.
pub(super) async fn look_up(client: &Client, id: &str) -> Result<Option<News>, GatewayError> {
    let path = if is_intent(id) {
        format!("/payment_intents/{id}")
    } else {
        format!("/checkout/sessions/{id}")
    };
    let request = RequestBuilder::new(StripeMethod::Get, path);
    let answer: Value = request.customize().send(client).await.map_err(told)?;
    let paid = |amount: &str, or: &str| {
        let minor = whole(&answer, amount).or_else(|| whole(&answer, or));
        let minor = minor.ok_or_else(unreadable)?;
        let currency = text(&answer, "currency").ok_or_else(unreadable)?;
        Ok(Some(News::Paid {
            minor,
            currency: currency.to_uppercase(),
        }))
    };
    let status = text(&answer, "status").unwrap_or_default();
    match (text(&answer, "payment_status").as_deref(), status.as_str()) {
        (Some("paid"), _) => paid("amount_total", "amount_total"),
        (None, "succeeded") => paid("amount_received", "amount"),
        (_, "expired" | "canceled") => Ok(Some(News::Expired)),
        _ => Ok(None),
    }
}

fn is_intent(id: &str) -> bool {
    id.starts_with("pi_")
}

fn refused(why: &str) -> GatewayError {
    GatewayError::Refused(why.to_owned())
}

/// It may have been done: what cannot be read is no refusal.
fn unreadable() -> GatewayError {
    GatewayError::Unknown("the answer cannot be read".to_owned())
}
