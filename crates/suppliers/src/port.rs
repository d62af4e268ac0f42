//! The interface to the APIs of eSIM providers.
//!
//! Most providers have no idempotency keys. Every order therefore has a reference of ours, by which an unknown outcome is
//! looked up before the next step. A method that a provider's API does not offer returns [`SupplierError::Unsupported`];
//! [`Capabilities`] states it beforehand, so that the product does not call it.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use wire::{
    Currency, Decimal, Money, ProviderId,
    catalog::plans::ValidityPolicy,
    esims::{
        inventory::{EsimStatus, ProfileState},
        usage::BundleStatus,
    },
};

/// A secret, such as an API key or an activation code. Its memory is overwritten when it is dropped.
pub type Secret = zeroize::Zeroizing<String>;

/// The result of a call to a provider.
pub type Response<'a, T> = BoxFuture<'a, Result<T, SupplierError>>;

/// The account at a provider with which a call is made. It is not printed, because it contains secrets.
#[derive(Clone)]
pub struct Account {
    /// The provider.
    pub provider: ProviderId,
    /// The base URL of the API, without a slash at the end.
    pub endpoint: String,
    /// The API key.
    pub api_key: Secret,
    /// The other credentials, by the names in [`Capabilities::credentials`].
    pub credentials: BTreeMap<String, Secret>,
}

impl Account {
    /// Returns a credential; the empty text when it is not set.
    pub fn credential(&self, name: &str) -> &str {
        self.credentials
            .get(name)
            .map_or("", |secret| secret.as_str())
    }
}

/// A credential that an adapter needs besides the API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialField {
    /// The name in the API.
    pub name: &'static str,
    /// The label in forms.
    pub label: &'static str,
    /// Whether the adapter works only with it.
    pub is_required: bool,
}

/// What the API of a provider offers, and how long it takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Capabilities {
    /// The label of the API key in forms.
    pub api_key_label: &'static str,
    /// The credentials besides the API key.
    pub credentials: &'static [CredentialField],
    /// The base URL of the API that a new provider starts with.
    pub default_endpoint: &'static str,
    /// Whether a package can be added to an eSIM.
    pub top_up: bool,
    /// Whether the provider names the packages that can be sold.
    pub catalog: bool,
    /// Whether the provider reports usage.
    pub usage: bool,
    /// Whether the provider reports the state of the profile on the phone.
    pub profile_state: bool,
    /// Whether an eSIM can be suspended and resumed.
    pub suspend: bool,
    /// Whether an eSIM can be cancelled at the provider.
    pub cancel: bool,
    /// Whether the account has a prepaid balance.
    pub balance: bool,
    /// Whether the provider lists the eSIMs of the account.
    pub esim_list: bool,
    /// Whether the provider sends webhooks.
    pub webhooks: bool,
    /// Whether an order may be sent again with the same reference, because the provider answers with the first order.
    pub resend_is_safe: bool,
    /// Whether only one order of a SKU may be open per account, because orders are found by their time and SKU.
    pub one_order_per_sku: bool,
    /// Whether only one order may be open per account, because orders are found by their time alone.
    pub one_order_per_account: bool,
    /// How long after the end of a call the provider may still register the order. Before that, "not found" proves nothing.
    pub registration_time: TimeDelta,
    /// The age that a usage figure of the provider may have.
    pub usage_age: TimeDelta,
    /// The number of calls per second that the provider accepts from an account.
    pub calls_per_second: u32,
    /// What the provider counts as a gigabyte. All volumes of the interface are in bytes.
    pub data_unit: DataUnit,
}

/// What a provider counts as a gigabyte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataUnit {
    /// 1,000,000,000 bytes.
    Decimal,
    /// 1,073,741,824 bytes.
    Binary,
}

/// An order of one eSIM.
#[derive(Debug, Clone, PartialEq)]
pub struct Purchase {
    /// Our reference: the id of the unit and the number of the attempt. A reference can be the beginning of another one, so
    /// an adapter compares the whole text.
    pub reference: String,
    /// The SKU of the package.
    pub sku: String,
    /// The cost that we expect, for providers that refuse an order at another price.
    pub expected_cost: Option<Cost>,
    /// The URL to which the provider may report the delivery.
    pub callback_url: Option<String>,
}

/// An order of a package for an eSIM.
#[derive(Debug, Clone, PartialEq)]
pub struct TopUp {
    /// The order, with the SKU of the top-up.
    pub purchase: Purchase,
    /// The eSIM.
    pub esim: EsimRef,
    /// The ids of the packages that were on the eSIM before the order, for providers that do not store our reference.
    pub known_bundles: Vec<String>,
}

/// An order that was sent and whose outcome is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent<T> {
    /// The order.
    pub order: T,
    /// When the call began.
    pub sent_at: DateTime<Utc>,
    /// The id of the order at the provider, if the provider has answered with one.
    pub order_ref: Option<String>,
    /// Ids of orders at the provider that belong to other orders of ours.
    pub known_orders: Vec<String>,
}

/// An eSIM at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EsimRef {
    /// The ICCID.
    pub iccid: String,
    /// The id of the profile at the provider.
    pub provider_ref: Option<String>,
    /// The id of the SIM at the provider, where it differs from that of the profile.
    pub sim_ref: Option<String>,
}

/// An amount in its currency.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// The amount.
    pub amount: Money,
    /// The currency.
    pub currency: Currency,
}

/// The response to an order of an eSIM.
#[derive(Clone, PartialEq)]
pub enum Delivery {
    /// The eSIM.
    Ready(Box<SuppliedEsim>),
    /// The provider has accepted the order and delivers later.
    Pending {
        /// The id of the order at the provider.
        order_ref: String,
        /// When to ask again.
        ask_again: TimeDelta,
    },
}

/// An eSIM as the provider reports it. Every field is validated before use. It is not printed, because it contains the
/// activation code.
#[derive(Clone, PartialEq)]
pub struct SuppliedEsim {
    /// The id of the order at the provider.
    pub order_ref: String,
    /// The eSIM at the provider.
    pub esim: EsimRef,
    /// The EID of the chip, if known.
    pub eid: Option<String>,
    /// The activation code, in the form `LPA:1$host$matching-id`.
    pub activation_code: Secret,
    /// The confirmation code, if the phone asks for one.
    pub confirmation_code: Option<Secret>,
    /// The APN to enter on the phone, if it is not set automatically.
    pub apn: Option<String>,
    /// What the provider charged.
    pub cost: Option<Cost>,
    /// The id of the package on the eSIM.
    pub bundle_ref: Option<String>,
}

/// The response to an order of a top-up.
#[derive(Debug, Clone, PartialEq)]
pub enum TopUpDelivery {
    /// The package is on the eSIM.
    Ready(SuppliedTopUp),
    /// The provider has accepted the order and delivers later.
    Pending {
        /// The id of the order at the provider.
        order_ref: String,
        /// When to ask again.
        ask_again: TimeDelta,
    },
}

/// A top-up of an eSIM as the provider reports it.
#[derive(Debug, Clone, PartialEq)]
pub struct SuppliedTopUp {
    /// The id of the order at the provider.
    pub order_ref: String,
    /// The id of the package on the eSIM.
    pub bundle_ref: Option<String>,
    /// Whether the top-up is active; otherwise it starts when the current package ends, or with the next use.
    pub is_running: bool,
    /// The start, if the provider reports it.
    pub starts_at: Option<DateTime<Utc>>,
    /// The end, if the provider reports it.
    pub expires_at: Option<DateTime<Utc>>,
    /// What the provider charged.
    pub cost: Option<Cost>,
}

/// A prepaid balance.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    /// The balance.
    pub amount: Money,
    /// The currency.
    pub currency: Currency,
}

/// A page of a provider's catalog.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CatalogPage {
    /// The packages.
    pub items: Vec<CatalogItem>,
    /// The mark of the next page; `None` on the last page.
    pub next: Option<String>,
}

/// A package that a provider sells.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogItem {
    /// The SKU.
    pub sku: String,
    /// The SKU of the same package as a top-up, where it differs.
    pub topup_sku: Option<String>,
    /// The name.
    pub name: String,
    /// What the provider charges, in the units of the currency.
    pub cost: Decimal,
    /// The currency of the amounts.
    pub currency: Currency,
    /// The selling price that the provider suggests.
    pub suggested_price: Option<Decimal>,
    /// The lowest selling price that the provider allows.
    pub minimum_price: Option<Decimal>,
    /// The data volume in bytes; `None` for unlimited.
    pub data_bytes: Option<i64>,
    /// The volume per day at full speed in bytes, for plans with a fair use policy.
    pub daily_bytes: Option<i64>,
    /// The speed after that volume in kbit/s.
    pub throttled_kbps: Option<i32>,
    /// The validity in days.
    pub validity_days: i32,
    /// What the validity starts with, if stated.
    pub validity_policy: Option<ValidityPolicy>,
    /// The number of days within which the eSIM must be installed.
    pub activate_within_days: Option<i32>,
    /// The countries, as ISO 3166-1 alpha-2 codes.
    pub regions: Vec<String>,
    /// The included minutes of calls.
    pub voice_minutes: i32,
    /// The included text messages.
    pub sms_count: i32,
    /// The stock; `None` when unknown.
    pub stock: Option<i32>,
    /// Whether the package can be topped up, if stated.
    pub can_top_up: Option<bool>,
    /// Whether the customer's identity must be verified, if stated.
    pub is_kyc_required: Option<bool>,
    /// Whether a hotspot is allowed, if stated.
    pub is_hotspot_allowed: Option<bool>,
    /// The APN to enter on the phone, if it is not set automatically.
    pub apn: Option<String>,
}

/// A reading of a provider's usage counter.
#[derive(Debug, Clone, PartialEq)]
pub struct UsageReading {
    /// The eSIM.
    pub esim: EsimRef,
    /// The package at the provider; `None` when the counter counts the whole eSIM.
    pub bundle_ref: Option<String>,
    /// The used data in bytes, cumulative over the period.
    pub used_bytes: i64,
    /// The data volume in bytes; `None` for unlimited or unknown.
    pub total_bytes: Option<i64>,
    /// The used minutes of calls.
    pub voice_minutes: Option<i32>,
    /// The sent text messages.
    pub sms_count: Option<i32>,
    /// The start and end of the period of the counter; `None` for the period of the package.
    pub period: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The time for which the counter was correct, by the provider's clock.
    pub read_at: DateTime<Utc>,
}

/// The state of an eSIM at its provider.
#[derive(Debug, Clone, PartialEq)]
pub struct EsimState {
    /// The state of the profile, if reported.
    pub profile_state: Option<ProfileState>,
    /// The status of the service, if reported.
    pub status: Option<EsimStatus>,
    /// Whether the provider has taken the number back. Such an eSIM can never be used again.
    pub is_recycled: bool,
    /// When the profile was installed on a phone.
    pub installed_at: Option<DateTime<Utc>>,
    /// The EID of the phone's chip.
    pub eid: Option<String>,
    /// The packages on the eSIM.
    pub bundles: Vec<BundleState>,
    /// The time for which the state was correct, by the provider's clock.
    pub read_at: DateTime<Utc>,
    /// The state in the provider's words.
    pub reported: String,
}

/// The state of a package on an eSIM at its provider.
#[derive(Debug, Clone, PartialEq)]
pub struct BundleState {
    /// The id of the package on the eSIM.
    pub bundle_ref: String,
    /// The SKU, if reported.
    pub sku: Option<String>,
    /// The status.
    pub status: BundleStatus,
    /// The data volume in bytes; `None` for unlimited or unknown.
    pub total_bytes: Option<i64>,
    /// The used data in bytes.
    pub used_bytes: Option<i64>,
    /// The start.
    pub starts_at: Option<DateTime<Utc>>,
    /// The end.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A page of the eSIMs of an account.
#[derive(Clone, Default, PartialEq)]
pub struct EsimPage {
    /// The eSIMs. A provider that keeps the profile and the service apart lists an eSIM once for each of them.
    pub items: Vec<ListedEsim>,
    /// The mark of the next page; `None` on the last page.
    pub next: Option<String>,
}

/// An eSIM in the list of a provider. It is not printed, because it contains the activation code.
#[derive(Clone, PartialEq)]
pub struct ListedEsim {
    /// The eSIM at the provider.
    pub esim: EsimRef,
    /// Our reference, if the provider stores it.
    pub reference: Option<String>,
    /// The EID of the chip, if known.
    pub eid: Option<String>,
    /// The activation code, if listed.
    pub activation_code: Option<Secret>,
    /// The SKU, if listed.
    pub sku: Option<String>,
    /// The state of the profile, if listed.
    pub profile_state: Option<ProfileState>,
    /// The status of the service, if listed.
    pub status: Option<EsimStatus>,
    /// When the provider created the eSIM.
    pub created_at: Option<DateTime<Utc>>,
    /// The state in the provider's words.
    pub reported: String,
}

/// The result of a suspension or resumption.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The change is in force.
    Done,
    /// The provider makes the change later.
    Scheduled {
        /// When to ask again.
        ask_again: TimeDelta,
    },
}

/// The reason of a cancellation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelReason {
    /// The customer returned an unused eSIM.
    Unused,
    /// The eSIM was bought twice.
    Duplicate,
    /// The eSIM does not work.
    Faulty,
    /// The service has ended.
    Ended,
}

/// The result of a cancellation.
#[derive(Debug, Clone, PartialEq)]
pub enum Cancellation {
    /// The provider returned the money.
    Refunded(Option<Cost>),
    /// The provider decides later about the money.
    Requested {
        /// The id of the request at the provider.
        claim_ref: String,
    },
    /// The service has ended; the provider keeps the money.
    WithoutRefund,
}

/// A webhook request as it was received.
#[derive(Clone)]
pub struct WebhookRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// The public URL to which it was sent, as configured; never the host of the request.
    pub url: &'a str,
    /// The headers with lower-case names.
    pub headers: &'a [(String, String)],
    /// The raw body.
    pub body: &'a [u8],
}

impl WebhookRequest<'_> {
    /// Returns a header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A webhook whose sender was verified, or of a provider that does not sign.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    /// The id by which repetitions are found.
    pub event_id: String,
    /// The kind, in the provider's words.
    pub kind: String,
    /// Whether a signature was verified. An event without one is a hint: the product asks the provider before it acts.
    pub is_signed: bool,
    /// What it reports.
    pub events: Vec<SupplierEvent>,
}

/// What a webhook reports. The product asks the provider for the state before it acts on an event.
#[derive(Debug, Clone, PartialEq)]
pub enum SupplierEvent {
    /// The state or the usage of an eSIM has changed.
    EsimChanged(EsimRef),
    /// An order was delivered or has failed.
    OrderChanged {
        /// The id of the order at the provider.
        order_ref: Option<String>,
        /// Our reference, if the provider repeats it.
        reference: Option<String>,
    },
    /// The balance of the account is low.
    LowBalance,
    /// A test of the address.
    Probe,
}

/// The error of a webhook request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// The signature is missing or invalid.
    #[error("the signature is not valid")]
    Signature,
    /// The body cannot be read.
    #[error("the body cannot be read")]
    Body,
    /// The provider sends no webhooks.
    #[error("the provider sends no webhooks")]
    Unsupported,
}

/// The reason why a provider refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The package is out of stock.
    OutOfStock,
    /// The provider does not sell the package.
    UnknownSku,
    /// The price differs from the expected cost.
    PriceChanged,
    /// The balance of the account is too low.
    NoBalance,
    /// The provider or its network is in maintenance.
    Maintenance,
    /// The state of the eSIM, or the contract, does not allow it.
    NotAllowed,
    /// The provider does not know the eSIM.
    UnknownEsim,
    /// The provider has taken the eSIM back.
    Recycled,
    /// The request is wrong: an error of ours.
    BadRequest,
    /// The request did not leave: the host was not found or did not accept the connection.
    Unreachable,
}

impl Refusal {
    /// Returns whether a person must act before the next request can succeed.
    pub const fn needs_attention(self) -> bool {
        matches!(self, Self::NoBalance | Self::BadRequest)
    }
}

/// The error of a call to a provider. The texts contain no secret and no personal data.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SupplierError {
    /// The provider did nothing. The next provider can be asked.
    #[error("the provider refused: {message}")]
    Refused {
        /// The reason.
        reason: Refusal,
        /// The error code of the provider.
        code: Option<String>,
        /// The error in the provider's words.
        message: String,
    },
    /// The outcome is unknown and must be looked up before the next step.
    #[error("the provider's answer is unknown: {message}")]
    Unknown {
        /// Why it is unknown.
        message: String,
        /// The id of the order at the provider, if the answer contained one.
        order_ref: Option<String>,
    },
    /// The provider did nothing, because of too many calls. The same request may be sent again.
    #[error("the provider accepts no call for {} s", retry_after.num_seconds())]
    RateLimited {
        /// When to send it again.
        retry_after: TimeDelta,
    },
    /// The provider did nothing, because it does not accept the credentials.
    #[error("the provider does not accept the credentials: {message}")]
    Unauthorized {
        /// The error in the provider's words.
        message: String,
    },
    /// The provider's API does not offer the operation.
    #[error("the provider does not support this operation")]
    Unsupported,
}

impl SupplierError {
    /// Creates the error of a refused request without a code.
    pub fn refused(reason: Refusal, message: impl Into<String>) -> Self {
        Self::Refused {
            reason,
            code: None,
            message: message.into(),
        }
    }

    /// Creates the error of an unknown outcome.
    pub fn unknown(message: impl Into<String>) -> Self {
        Self::Unknown {
            message: message.into(),
            order_ref: None,
        }
    }

    /// Returns the error of a look-up whose call was refused or not sent: it says nothing about the order.
    pub fn of_look_up(self) -> Self {
        match self {
            Self::Refused { message, .. } => Self::unknown(message),
            error => error,
        }
    }

    /// Returns whether it is certain that the provider did nothing.
    pub const fn is_without_effect(&self) -> bool {
        !matches!(self, Self::Unknown { .. })
    }
}

/// A provider's API.
pub trait Supplier: Send + Sync {
    /// Returns what the API offers.
    fn capabilities(&self) -> Capabilities;

    /// Makes a harmless call that proves the address and the credentials.
    fn test_connection<'a>(&'a self, account: &'a Account) -> Response<'a, ()>;

    /// Orders one eSIM.
    fn order<'a>(&'a self, account: &'a Account, purchase: &'a Purchase) -> Response<'a, Delivery>;

    /// Returns the eSIM of an order; `None` when the provider has no such order.
    ///
    /// [`SupplierError::Refused`] states that the provider has the order and will never deliver it. Every other error says
    /// nothing about the order: an adapter converts the errors of its calls with [`SupplierError::of_look_up`].
    fn find_order<'a>(
        &'a self,
        account: &'a Account,
        sent: &'a Sent<Purchase>,
    ) -> Response<'a, Option<Delivery>>;

    /// Adds a package to an eSIM of this provider.
    fn top_up<'a>(
        &'a self,
        _account: &'a Account,
        _topup: &'a TopUp,
    ) -> Response<'a, TopUpDelivery> {
        unsupported()
    }

    /// Returns a top-up that was ordered; `None` when the provider has no such order. The errors are those of
    /// [`Supplier::find_order`].
    fn find_top_up<'a>(
        &'a self,
        _account: &'a Account,
        _sent: &'a Sent<TopUp>,
    ) -> Response<'a, Option<TopUpDelivery>> {
        unsupported()
    }

    /// Returns a page of the catalog: the first one, or the one of a mark.
    fn catalog<'a>(
        &'a self,
        _account: &'a Account,
        _page: Option<&'a str>,
    ) -> Response<'a, CatalogPage> {
        unsupported()
    }

    /// Returns the usage of eSIMs. An eSIM that the provider does not know is left out.
    fn usage<'a>(
        &'a self,
        _account: &'a Account,
        _esims: &'a [EsimRef],
    ) -> Response<'a, Vec<UsageReading>> {
        unsupported()
    }

    /// Returns the state of an eSIM.
    fn state<'a>(&'a self, _account: &'a Account, _esim: &'a EsimRef) -> Response<'a, EsimState> {
        unsupported()
    }

    /// Returns a page of the eSIMs of the account: the first one, or the one of a mark.
    fn list_esims<'a>(
        &'a self,
        _account: &'a Account,
        _page: Option<&'a str>,
    ) -> Response<'a, EsimPage> {
        unsupported()
    }

    /// Suspends the service of an eSIM. Suspending it twice is no error.
    fn suspend<'a>(&'a self, _account: &'a Account, _esim: &'a EsimRef) -> Response<'a, Change> {
        unsupported()
    }

    /// Resumes the service of an eSIM. Resuming it twice is no error.
    fn resume<'a>(&'a self, _account: &'a Account, _esim: &'a EsimRef) -> Response<'a, Change> {
        unsupported()
    }

    /// Cancels an eSIM.
    fn cancel<'a>(
        &'a self,
        _account: &'a Account,
        _esim: &'a EsimRef,
        _reason: CancelReason,
    ) -> Response<'a, Cancellation> {
        unsupported()
    }

    /// Returns the prepaid balance.
    fn balance<'a>(&'a self, _account: &'a Account) -> Response<'a, Balance> {
        unsupported()
    }

    /// Verifies and reads a webhook, without a call.
    fn read_webhook(
        &self,
        _account: &Account,
        _request: &WebhookRequest<'_>,
    ) -> Result<Webhook, WebhookError> {
        Err(WebhookError::Unsupported)
    }
}

fn unsupported<'a, T: Send + 'a>() -> Response<'a, T> {
    Box::pin(async { Err(SupplierError::Unsupported) })
}
