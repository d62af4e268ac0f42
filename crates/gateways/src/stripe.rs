//! Stripe Checkout: the customer pays on Stripe's page, so that no card ever comes near us (PCI DSS SAQ A).

use crate::signature;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use platform::{
    Error, Result,
    config::Secret,
    ports::payments::{BadSignature, Event, GatewayError, News, Opened, Opening, PaymentGateway},
};
use serde_json::Value;
use std::{collections::HashMap, time::Duration};
use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError, StripeRequest};
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionLineItems as LineItem,
    CreateCheckoutSessionLineItemsPriceData as PriceData, ExpireCheckoutSession, ProductData,
    RetrieveCheckoutSession,
};
use stripe_checkout::{
    CheckoutSession, CheckoutSessionMode, CheckoutSessionPaymentStatus, CheckoutSessionStatus,
};
use wire::{Param, TransactionId};

/// Well within the lease of the job that asks.
const PATIENCE: Duration = Duration::from_secs(20);

/// Stripe.
pub struct Stripe {
    client: Client,
    webhook_secret: Secret,
}

impl Stripe {
    /// With its keys; another base address serves tests.
    pub fn new(key: &str, webhook_secret: Secret, base: Option<&str>) -> Result<Self> {
        let mut builder = ClientBuilder::new(key)
            .timeout(PATIENCE)
            .request_strategy(RequestStrategy::Once);
        if let Some(base) = base {
            builder = builder.url(base);
        }
        // The error may repeat the key, so it is not passed on.
        Ok(Self {
            client: builder.build().map_err(|_| {
                Error::internal("STRIPE_SECRET_KEY or STRIPE_API_BASE is not accepted")
            })?,
            webhook_secret,
        })
    }

    async fn create(&self, opening: &Opening) -> Result<Opened, GatewayError> {
        let refused = |why: &str| GatewayError::Refused(why.to_owned());
        let minor = opening
            .amount
            .minor(opening.currency)
            .ok_or_else(|| refused("the amount is finer than its currency"))?;
        let currency = opening
            .currency
            .as_str()
            .to_lowercase()
            .parse::<stripe_types::Currency>()
            .map_err(|_| refused("Stripe does not know the currency"))?;
        let reference = opening.transaction.to_string();
        let product = ProductData::new(opening.title.clone());
        let price = PriceData {
            product_data: Some(product),
            unit_amount: Some(minor),
            ..PriceData::new(currency)
        };
        let item = LineItem {
            price_data: Some(price),
            quantity: Some(1),
            ..LineItem::new()
        };
        let key = IdempotencyKey::new(format!("open-{reference}"))
            .map_err(|_| refused("no idempotency key"))?;
        let session = CreateCheckoutSession::new()
            .mode(CheckoutSessionMode::Payment)
            .line_items(vec![item])
            .client_reference_id(reference.clone())
            .metadata(HashMap::from([("transaction_id".to_owned(), reference)]))
            .success_url(opening.return_url.clone())
            .cancel_url(opening.return_url.clone())
            .customize()
            .request_strategy(RequestStrategy::Idempotent(key))
            .send(&self.client)
            .await
            .map_err(told)?;
        Ok(Opened {
            gateway_transaction_id: session.id.to_string(),
            checkout_url: session.url,
        })
    }

    async fn expire(&self, id: &str) -> Result<(), GatewayError> {
        match ExpireCheckoutSession::new(id)
            .send(&self.client)
            .await
            .map_err(told)
        {
            // Paid or expired already: there is nothing left to close.
            Ok(_) | Err(GatewayError::Refused(_)) => Ok(()),
            Err(unknown) => Err(unknown),
        }
    }

    async fn retrieve(&self, id: &str) -> Result<Option<News>, GatewayError> {
        let session = RetrieveCheckoutSession::new(id)
            .send(&self.client)
            .await
            .map_err(told)?;
        Ok(news_of(&session))
    }
}

fn news_of(session: &CheckoutSession) -> Option<News> {
    match (&session.payment_status, &session.status) {
        (CheckoutSessionPaymentStatus::Paid, _) => Some(News::Paid {
            minor: session.amount_total?,
            currency: session.currency.as_ref()?.to_string().to_uppercase(),
        }),
        (_, Some(CheckoutSessionStatus::Expired)) => Some(News::Expired),
        _ => None,
    }
}

/// A clear no is a refusal; everything else may have been done all the same.
fn told(error: StripeError) -> GatewayError {
    match error {
        StripeError::Stripe(error, status)
            if (400..500).contains(&status) && !matches!(status, 409 | 429) =>
        {
            GatewayError::Refused(
                error
                    .message
                    .clone()
                    .unwrap_or_else(|| format!("status {status}")),
            )
        }
        StripeError::Stripe(_, status) => GatewayError::Unknown(format!("status {status}")),
        StripeError::ConfigError(why) => GatewayError::Refused(why),
        StripeError::JSONDeserialize(_) => {
            GatewayError::Unknown("the answer cannot be read".to_owned())
        }
        StripeError::ClientError(_) => GatewayError::Unknown("the connection failed".to_owned()),
        StripeError::Timeout => GatewayError::Unknown("no answer in time".to_owned()),
    }
}

impl PaymentGateway for Stripe {
    fn name(&self) -> &'static str {
        "stripe"
    }
    fn open<'a>(&'a self, opening: &'a Opening) -> BoxFuture<'a, Result<Opened, GatewayError>> {
        Box::pin(self.create(opening))
    }
    fn close<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), GatewayError>> {
        Box::pin(self.expire(id))
    }
    fn look_up<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<News>, GatewayError>> {
        Box::pin(self.retrieve(id))
    }
    fn read(&self, header: &str, body: &[u8], now: DateTime<Utc>) -> Result<Event, BadSignature> {
        signature::check(self.webhook_secret.as_bytes(), header, body, now)?;
        // Read leniently: fields and kinds of events that we do not know must not fail a parse.
        let event: Value = serde_json::from_slice(body).map_err(|_| BadSignature)?;
        let text = |at: &str| event.pointer(at).and_then(Value::as_str).map(str::to_owned);
        let (id, kind) = (
            text("/id").ok_or(BadSignature)?,
            text("/type").ok_or(BadSignature)?,
        );
        let is_session = kind.starts_with("checkout.session.");
        let paid = || {
            Some(News::Paid {
                minor: event
                    .pointer("/data/object/amount_total")
                    .and_then(Value::as_i64)?,
                currency: text("/data/object/currency")?.to_uppercase(),
            })
        };
        let news = match kind.as_str() {
            "checkout.session.completed"
                if text("/data/object/payment_status").as_deref() == Some("paid") =>
            {
                paid()
            }
            "checkout.session.async_payment_succeeded" => paid(),
            "checkout.session.async_payment_failed" => Some(News::Declined {
                reason: "The payment failed at the customer's bank.".to_owned(),
            }),
            "checkout.session.expired" => Some(News::Expired),
            _ => None,
        };
        let transaction =
            text("/data/object/client_reference_id").and_then(|id| TransactionId::parse(&id).ok());
        Ok(Event {
            id,
            kind,
            gateway_transaction_id: text("/data/object/id").filter(|_| is_session),
            transaction,
            news,
        })
    }
}
