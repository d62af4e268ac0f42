//! Super SIM at KORE, which took over the product, and at Twilio: <https://docs.korewireless.com/en-us/supersim>.
//!
//! An order has three steps: create an ESimProfile, wait until it is available, and put its Sim into the Fleet that the SKU
//! names. Only the last step stores our reference, as the unique name of the Sim. Until then a profile is found by its time
//! alone, therefore only one order of an account may be open. Volumes are bytes; a gigabyte is decimal.

mod auth;
mod call;
mod esims;
mod list;
mod orders;
mod usage;
mod webhooks;

#[cfg(test)]
mod tests;

pub use auth::{ACCOUNT_SID, API_SECRET, AUTH_MODE, AUTH_TOKEN, WEBHOOK_SECRET};

use crate::{
    Account, CancelReason, Cancellation, Capabilities, Change, CredentialField, DataUnit, Delivery,
    EsimPage, EsimRef, EsimState, Purchase, Response, Sent, Supplier, UsageReading, Webhook,
    WebhookError, WebhookRequest,
    http::{AdapterClient, Client},
};
use auth::Tokens;
use call::Request;
use chrono::TimeDelta;

/// The number of calls per second. The provider publishes no limit and answers with 429.
const CALLS_PER_SECOND: u32 = 10;

/// The number of items on a page. KORE accepts 249 for usage records, and 1,000 for the other lists.
const PAGE_SIZE: &str = "200";

/// The credentials besides the API key. Which of them are needed depends on the authentication method.
const CREDENTIALS: [CredentialField; 5] = [
    optional(API_SECRET, "Client secret or API key secret"),
    optional(ACCOUNT_SID, "Account SID"),
    optional(AUTH_TOKEN, "Auth token"),
    optional(WEBHOOK_SECRET, "Webhook secret"),
    optional(
        AUTH_MODE,
        "Authentication: basic or oauth2_client_credentials",
    ),
];

/// The adapter of Super SIM.
pub struct SuperSim {
    http: AdapterClient,
    tokens: Tokens,
}

impl SuperSim {
    /// Creates the adapter.
    pub fn new(client: &Client) -> Self {
        Self {
            http: client.for_adapter("super_sim", CALLS_PER_SECOND),
            tokens: Tokens::default(),
        }
    }
}

const fn optional(name: &'static str, label: &'static str) -> CredentialField {
    CredentialField {
        name,
        label,
        is_required: false,
    }
}

impl Supplier for SuperSim {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            api_key_label: "Client ID or API key SID",
            credentials: &CREDENTIALS,
            default_endpoint: auth::KORE,
            top_up: false,
            catalog: false,
            usage: true,
            profile_state: true,
            suspend: true,
            cancel: true,
            balance: false,
            esim_list: true,
            webhooks: true,
            resend_is_safe: false,
            one_order_per_sku: true,
            one_order_per_account: true,
            registration_time: TimeDelta::seconds(120),
            usage_age: TimeDelta::hours(1),
            calls_per_second: CALLS_PER_SECOND,
            data_unit: DataUnit::Decimal,
        }
    }

    fn test_connection<'a>(&'a self, account: &'a Account) -> Response<'a, ()> {
        Box::pin(async {
            let request = Request::get("test_connection", &["Fleets"]).query("PageSize", "1");
            self.call(account, &request).await?;
            Ok(())
        })
    }

    fn order<'a>(&'a self, account: &'a Account, purchase: &'a Purchase) -> Response<'a, Delivery> {
        Box::pin(self.create_profile(account, purchase))
    }

    fn find_order<'a>(
        &'a self,
        account: &'a Account,
        sent: &'a Sent<Purchase>,
    ) -> Response<'a, Option<Delivery>> {
        Box::pin(self.look_up_order(account, sent))
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
        Box::pin(self.read_page(account, page))
    }

    fn suspend<'a>(&'a self, account: &'a Account, esim: &'a EsimRef) -> Response<'a, Change> {
        Box::pin(self.set_status(account, esim, "inactive"))
    }

    fn resume<'a>(&'a self, account: &'a Account, esim: &'a EsimRef) -> Response<'a, Change> {
        Box::pin(self.set_status(account, esim, "active"))
    }

    fn cancel<'a>(
        &'a self,
        account: &'a Account,
        esim: &'a EsimRef,
        _reason: CancelReason,
    ) -> Response<'a, Cancellation> {
        Box::pin(async {
            self.set_status(account, esim, "inactive").await?;
            Ok(Cancellation::WithoutRefund)
        })
    }

    fn read_webhook(
        &self,
        account: &Account,
        request: &WebhookRequest<'_>,
    ) -> Result<Webhook, WebhookError> {
        webhooks::read(account, request)
    }
}
