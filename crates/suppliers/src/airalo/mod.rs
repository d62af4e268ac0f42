//! Airalo Partner API v2: <https://developers.partners.airalo.com>.
//!
//! An order carries our reference in its description, by which it is found in the list of orders; there are no idempotency
//! keys. Volumes are megabytes of 1,000,000 bytes, and a package of "1 GB" has 1,024 of them. A usage figure can be 20 minutes
//! old. The state of the profile on the phone is not reported, and eSIMs cannot be suspended.

mod call;
mod catalog;
mod esims;
mod failure;
mod orders;
#[cfg(test)]
mod tests;
mod token;
mod topups;
mod webhooks;

use crate::{
    Account, Balance, CancelReason, Cancellation, Capabilities, CatalogPage, CredentialField,
    DataUnit, Delivery, EsimPage, EsimRef, EsimState, Purchase, Response, Sent, Supplier, TopUp,
    TopUpDelivery, UsageReading, Webhook, WebhookError, WebhookRequest,
    http::{AdapterClient, Client},
};
use chrono::TimeDelta;
use token::Tokens;

/// The name of the credential with the id of the API client. Its secret is the API key.
const CLIENT_ID: &str = "client_id";

/// The number of bytes of the unit in which volumes are sent.
const MEGABYTE: i64 = 1_000_000;

/// The age that a usage figure can have.
const USAGE_AGE: TimeDelta = TimeDelta::minutes(20);

/// The number of calls per second that the provider accepts.
const CALLS_PER_SECOND: u32 = 5;

/// The adapter of Airalo.
pub struct Airalo {
    http: AdapterClient,
    tokens: Tokens,
}

impl Airalo {
    /// Creates the adapter.
    pub fn new(client: &Client) -> Self {
        Self {
            http: client.for_adapter("airalo", CALLS_PER_SECOND),
            tokens: Tokens::default(),
        }
    }
}

impl Supplier for Airalo {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            api_key_label: "Client secret",
            credentials: &[CredentialField {
                name: CLIENT_ID,
                label: "Client ID",
                is_required: true,
            }],
            default_endpoint: "https://partners-api.airalo.com",
            top_up: true,
            catalog: true,
            usage: true,
            profile_state: false,
            suspend: false,
            cancel: true,
            balance: true,
            esim_list: true,
            webhooks: true,
            resend_is_safe: false,
            one_order_per_sku: false,
            one_order_per_account: false,
            registration_time: TimeDelta::seconds(120),
            usage_age: USAGE_AGE,
            calls_per_second: CALLS_PER_SECOND,
            data_unit: DataUnit::Decimal,
        }
    }

    fn test_connection<'a>(&'a self, account: &'a Account) -> Response<'a, ()> {
        Box::pin(async { self.call_balance(account).await.map(|_| ()) })
    }

    fn order<'a>(&'a self, account: &'a Account, purchase: &'a Purchase) -> Response<'a, Delivery> {
        Box::pin(self.place_order(account, purchase))
    }

    fn find_order<'a>(
        &'a self,
        account: &'a Account,
        sent: &'a Sent<Purchase>,
    ) -> Response<'a, Option<Delivery>> {
        Box::pin(self.look_up_order(account, &sent.order))
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
        page: Option<&'a str>,
    ) -> Response<'a, CatalogPage> {
        Box::pin(self.read_catalog(account, page))
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

    fn list_esims<'a>(
        &'a self,
        account: &'a Account,
        page: Option<&'a str>,
    ) -> Response<'a, EsimPage> {
        Box::pin(self.read_esims(account, page))
    }

    fn cancel<'a>(
        &'a self,
        account: &'a Account,
        esim: &'a EsimRef,
        reason: CancelReason,
    ) -> Response<'a, Cancellation> {
        Box::pin(self.request_refund(account, esim, reason))
    }

    fn balance<'a>(&'a self, account: &'a Account) -> Response<'a, Balance> {
        Box::pin(self.read_balance(account))
    }

    fn read_webhook(
        &self,
        account: &Account,
        request: &WebhookRequest<'_>,
    ) -> Result<Webhook, WebhookError> {
        webhooks::read(account, request, self.http.now())
    }
}
