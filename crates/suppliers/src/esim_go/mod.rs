//! eSIM Go API v2.5 and v2.4: <https://docs.esim-go.com>.
//!
//! An order carries no reference of ours. Therefore only one order of a SKU may be open per account, and a lost order is found by
//! its time and SKU; after the delivery, our reference is written to the eSIM. Before each order, the provider validates it
//! and states the price, without buying anything. Volumes are decimal bytes. The API suspends eSIMs from v2.5 on.

mod call;
mod cancel;
mod catalog;
mod esims;
mod orders;
#[cfg(test)]
mod tests;
mod topups;
mod webhooks;

use crate::{
    Account, Balance, CancelReason, Cancellation, Capabilities, CatalogPage, Change,
    CredentialField, DataUnit, Delivery, EsimPage, EsimRef, EsimState, Purchase, Response, Sent,
    Supplier, TopUp, TopUpDelivery, UsageReading, Webhook, WebhookError, WebhookRequest,
    http::{AdapterClient, Client},
};
use chrono::TimeDelta;

/// The name of the credential with the API key before its last change, which signs webhooks for another day.
const PREVIOUS_KEY: &str = "previous_api_key";

/// The number of bytes of the unit of the catalog.
const MEGABYTE: i64 = 1_000_000;

/// The number of calls per second that the provider accepts.
const CALLS_PER_SECOND: u32 = 10;

/// The adapter of eSIM Go.
pub struct EsimGo {
    http: AdapterClient,
}

impl EsimGo {
    /// Creates the adapter.
    pub fn new(client: &Client) -> Self {
        Self {
            http: client.for_adapter("esim_go", CALLS_PER_SECOND),
        }
    }
}

impl Supplier for EsimGo {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            api_key_label: "API key",
            credentials: &[CredentialField {
                name: PREVIOUS_KEY,
                label: "Previous API key, for webhooks after a change",
                is_required: false,
            }],
            default_endpoint: "https://api.esim-go.com/v2.5",
            top_up: true,
            catalog: true,
            usage: true,
            profile_state: true,
            suspend: true,
            cancel: true,
            balance: true,
            esim_list: true,
            webhooks: true,
            resend_is_safe: false,
            one_order_per_sku: true,
            one_order_per_account: false,
            registration_time: TimeDelta::minutes(10),
            usage_age: TimeDelta::minutes(10),
            calls_per_second: CALLS_PER_SECOND,
            data_unit: DataUnit::Decimal,
        }
    }

    fn test_connection<'a>(&'a self, account: &'a Account) -> Response<'a, ()> {
        Box::pin(async { self.organisation(account).await.map(|_| ()) })
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

    fn suspend<'a>(&'a self, account: &'a Account, esim: &'a EsimRef) -> Response<'a, Change> {
        Box::pin(self.set_suspended(account, esim, esims::Service::Suspended))
    }

    fn resume<'a>(&'a self, account: &'a Account, esim: &'a EsimRef) -> Response<'a, Change> {
        Box::pin(self.set_suspended(account, esim, esims::Service::Running))
    }

    fn cancel<'a>(
        &'a self,
        account: &'a Account,
        esim: &'a EsimRef,
        _reason: CancelReason,
    ) -> Response<'a, Cancellation> {
        Box::pin(self.revoke_bundles(account, esim))
    }

    fn balance<'a>(&'a self, account: &'a Account) -> Response<'a, Balance> {
        Box::pin(self.read_balance(account))
    }

    fn read_webhook(
        &self,
        account: &Account,
        request: &WebhookRequest<'_>,
    ) -> Result<Webhook, WebhookError> {
        webhooks::read(account, request)
    }
}
