//! eSIM Access: <https://docs.esimaccess.com>.
//!
//! An accepted order is delivered within 30 seconds, and the delivery must be asked for. The provider recognizes a repeated
//! `transactionId`, therefore an order may be sent again with the same reference. Volumes are binary bytes (1 GB is
//! 1,073,741,824 bytes), amounts are ten-thousandths of the currency. The provider reuses ICCIDs, therefore eSIMs are
//! identified by `esimTranNo`.

mod call;
mod catalog;
mod esims;
mod failure;
mod lifecycle;
mod orders;
mod topups;
mod webhooks;

#[cfg(test)]
mod tests;

use crate::{
    Account, Balance, CancelReason, Cancellation, Capabilities, CatalogPage, Change,
    CredentialField, DataUnit, Delivery, EsimRef, EsimState, Purchase, Response, Sent, Supplier,
    SupplierError, TopUp, TopUpDelivery, UsageReading, Webhook, WebhookError, WebhookRequest,
    http::{AdapterClient, Client},
};
use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};
use chrono::TimeDelta;
use std::sync::atomic::AtomicBool;
use wire::{Currency, Money};

/// The name of the credential with the secret key.
const SECRET_KEY: &str = "secret_key";

/// The number of units in which the provider counts one unit of a currency.
const UNITS: i64 = 10_000;

/// The number of calls per second that the provider accepts.
const CALLS_PER_SECOND: u32 = 8;

/// The adapter of eSIM Access.
pub struct EsimAccess {
    http: AdapterClient,
    /// Whether the provider reads the timestamp of a signature in seconds. Its documentation states milliseconds, its
    /// example has seconds.
    counts_seconds: AtomicBool,
}

impl EsimAccess {
    /// Creates the adapter.
    pub fn new(client: &Client) -> Self {
        Self {
            http: client.for_adapter("esim_access", CALLS_PER_SECOND),
            counts_seconds: AtomicBool::new(false),
        }
    }
}

impl Supplier for EsimAccess {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            api_key_label: "Access code",
            credentials: &[CredentialField {
                name: SECRET_KEY,
                label: "Secret key",
                is_required: true,
            }],
            default_endpoint: "https://api.esimaccess.com",
            top_up: true,
            catalog: true,
            usage: true,
            profile_state: true,
            suspend: true,
            cancel: true,
            balance: true,
            esim_list: false,
            webhooks: true,
            resend_is_safe: true,
            one_order_per_sku: false,
            one_order_per_account: false,
            registration_time: TimeDelta::seconds(60),
            usage_age: TimeDelta::hours(3),
            calls_per_second: CALLS_PER_SECOND,
            data_unit: DataUnit::Binary,
        }
    }

    fn test_connection<'a>(&'a self, account: &'a Account) -> Response<'a, ()> {
        Box::pin(async { self.balance(account).await.map(|_| ()) })
    }

    fn order<'a>(&'a self, account: &'a Account, purchase: &'a Purchase) -> Response<'a, Delivery> {
        Box::pin(self.place_order(account, purchase))
    }

    fn find_order<'a>(
        &'a self,
        account: &'a Account,
        sent: &'a Sent<Purchase>,
    ) -> Response<'a, Option<Delivery>> {
        Box::pin(self.look_up_order(account, sent))
    }

    fn top_up<'a>(&'a self, account: &'a Account, topup: &'a TopUp) -> Response<'a, TopUpDelivery> {
        Box::pin(self.place_top_up(account, topup))
    }

    fn find_top_up<'a>(
        &'a self,
        account: &'a Account,
        sent: &'a Sent<TopUp>,
    ) -> Response<'a, Option<TopUpDelivery>> {
        Box::pin(self.look_up_top_up(account, sent))
    }

    fn catalog<'a>(
        &'a self,
        account: &'a Account,
        _page: Option<&'a str>,
    ) -> Response<'a, CatalogPage> {
        Box::pin(self.read_catalog(account))
    }

    fn usage<'a>(
        &'a self,
        account: &'a Account,
        esims: &'a [EsimRef],
    ) -> Response<'a, Vec<UsageReading>> {
        Box::pin(self.read_usage(account, esims))
    }

    fn state<'a>(&'a self, account: &'a Account, esim: &'a EsimRef) -> Response<'a, EsimState> {
        Box::pin(self.read_state(account, esim))
    }

    fn suspend<'a>(&'a self, account: &'a Account, esim: &'a EsimRef) -> Response<'a, Change> {
        Box::pin(self.suspend_esim(account, esim))
    }

    fn resume<'a>(&'a self, account: &'a Account, esim: &'a EsimRef) -> Response<'a, Change> {
        Box::pin(self.resume_esim(account, esim))
    }

    fn cancel<'a>(
        &'a self,
        account: &'a Account,
        esim: &'a EsimRef,
        reason: CancelReason,
    ) -> Response<'a, Cancellation> {
        Box::pin(self.cancel_esim(account, esim, reason))
    }

    fn balance<'a>(&'a self, account: &'a Account) -> Response<'a, Balance> {
        Box::pin(async {
            let balance = self
                .call(account, &call::BALANCE, &serde_json::json!({}))
                .await?;
            let units = balance
                .get("balance")
                .number()
                .ok_or_else(|| SupplierError::unknown("the answer has no balance"))?;
            Ok(Balance {
                amount: Money::new(units / BigDecimal::from(UNITS)),
                currency: balance
                    .get("currencyCode")
                    .currency()
                    .unwrap_or(Currency::Usd),
            })
        })
    }

    fn read_webhook(
        &self,
        _account: &Account,
        request: &WebhookRequest<'_>,
    ) -> Result<Webhook, WebhookError> {
        webhooks::read(request)
    }
}

/// Returns a price in the provider's units, rounded up, so that a cost is never lower here than at the provider.
fn from_units(units: &BigDecimal) -> Money {
    let exact = units / BigDecimal::from(UNITS);
    Money::new(exact.with_scale_round(2, RoundingMode::Ceiling))
}

/// Returns the provider's units of an amount.
fn to_units(amount: &Money) -> Option<i64> {
    (amount.exact() * BigDecimal::from(UNITS)).to_i64()
}
