//! All SQL of the router.

use super::rules::{self, Facts};
use crate::providers::{self, SealedAccount};
use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*, sql_types::Text};
use platform::{
    Conn, Ctx, Result, Tx,
    crypto::Keyring,
    settings::{self, MaxCost},
};
use schema::{
    data_providers, plan_provider_offers as offers, plans, provider_health,
    provisioning_attempts as attempts,
};
use suppliers::{Account, Capabilities, Cost, Purchase};
use wire::{
    Currency, Decimal, Money, OfferId, PlanId, ProviderId, ProvisioningJobId,
    integrations::{
        allocations::ProvisioningAttemptStatus,
        providers::ProviderAdapter,
        routing::{RoutingCandidate, RoutingReason},
    },
};

/// The largest number of offers that are considered for a plan.
const MAX_OFFERS: i64 = 200;

/// An offer for a plan, with the data of a request to its provider.
#[derive(Clone)]
pub struct Candidate {
    /// The offer.
    pub offer: OfferId,
    /// The provider.
    pub provider: ProviderId,
    /// The adapter of the provider.
    pub adapter: ProviderAdapter,
    /// Why the router can or cannot choose the offer.
    pub(super) reason: RoutingReason,
    provider_name: String,
    offer_priority: i32,
    provider_priority: i32,
    sku: String,
    topup_sku: Option<String>,
    cost: Money,
    currency: Currency,
    is_paused: bool,
    account: SealedAccount,
}

/// The columns of an offer.
#[derive(Queryable, Selectable)]
#[diesel(table_name = offers, check_for_backend(Pg))]
pub(crate) struct OfferColumns {
    id: OfferId,
    priority: i32,
    sku: String,
    topup_sku: Option<String>,
    cost: Money,
    currency: Currency,
    stock: Option<i32>,
    is_active: bool,
}

/// The columns of the provider of an offer.
#[derive(Queryable, Selectable)]
#[diesel(table_name = data_providers, check_for_backend(Pg))]
pub(crate) struct ProviderColumns {
    name: String,
    adapter: ProviderAdapter,
    priority: i32,
    is_active: bool,
    paused_at: Option<DateTime<Utc>>,
    available_data_gb: Option<Decimal>,
    deleted_at: Option<DateTime<Utc>>,
    #[diesel(embed)]
    account: SealedAccount,
}

impl Candidate {
    /// Creates a candidate from its row.
    pub(crate) fn new(
        offer: OfferColumns,
        provider: ProviderColumns,
        reason: RoutingReason,
    ) -> Self {
        Self {
            offer: offer.id,
            provider: provider.account.id,
            adapter: provider.adapter,
            reason,
            provider_name: provider.name,
            offer_priority: offer.priority,
            provider_priority: provider.priority,
            sku: offer.sku,
            topup_sku: offer.topup_sku,
            cost: offer.cost,
            currency: offer.currency,
            is_paused: provider.paused_at.is_some(),
            account: provider.account,
        }
    }

    /// Returns the name of the provider.
    pub fn provider_name(&self) -> &str {
        &self.provider_name
    }

    /// Returns whether the provider is paused.
    pub const fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Opens the account with which the provider is called.
    pub fn account(&self, keys: &Keyring) -> Result<Account> {
        providers::account(&self.account, keys)
    }

    /// Returns the cost that the provider lists.
    pub fn listed_cost(&self) -> Cost {
        Cost {
            amount: self.cost.clone(),
            currency: self.currency,
        }
    }

    /// Returns the purchase of a new eSIM with this reference.
    pub fn purchase(&self, reference: &str) -> Purchase {
        Purchase {
            reference: reference.to_owned(),
            sku: self.sku.clone(),
            expected_cost: Some(self.listed_cost()),
            callback_url: None,
        }
    }

    /// Returns the purchase of a top-up with this reference.
    pub fn topup_purchase(&self, reference: &str) -> Purchase {
        let sku = self.topup_sku.as_ref().unwrap_or(&self.sku).clone();
        Purchase {
            sku,
            ..self.purchase(reference)
        }
    }
}

impl From<&Candidate> for RoutingCandidate {
    fn from(candidate: &Candidate) -> Self {
        Self {
            offer_id: candidate.offer,
            provider_id: candidate.provider,
            provider_name: candidate.provider_name.clone(),
            sku: candidate.sku.clone(),
            cost: candidate.cost.clone(),
            currency: candidate.currency,
            offer_priority: candidate.offer_priority,
            provider_priority: candidate.provider_priority,
            reason: candidate.reason,
        }
    }
}

/// The providers that this server can call, and what each of them allows.
#[derive(Clone)]
pub struct Limits(Vec<(ProviderAdapter, Capabilities)>);

/// The orders of which only one may be open.
pub(super) enum OrderScope {
    /// Orders of a package.
    Sku(String),
    /// All orders of the account.
    Account,
}

impl Limits {
    /// Returns the limits of a server.
    pub fn of(ctx: &Ctx) -> Self {
        let of_adapter = |adapter| {
            let supplier = (ctx.ports.suppliers)(adapter)?;
            Some((adapter, supplier.capabilities()))
        };
        Self(ctx.adapters().into_iter().filter_map(of_adapter).collect())
    }

    fn allows(&self, adapter: ProviderAdapter) -> bool {
        self.0.iter().any(|(known, _)| *known == adapter)
    }

    pub(super) fn order_scope(&self, candidate: &Candidate, is_topup: bool) -> Option<OrderScope> {
        let (_, can) = self
            .0
            .iter()
            .find(|(known, _)| *known == candidate.adapter)?;
        if can.one_order_per_account {
            return Some(OrderScope::Account);
        }
        let topup_sku = candidate.topup_sku.as_ref().filter(|_| is_topup);
        can.one_order_per_sku
            .then(|| OrderScope::Sku(topup_sku.unwrap_or(&candidate.sku).clone()))
    }
}

/// The eSIM for which a provider is chosen.
pub struct Wanted<'a> {
    /// The unit to provision; `None` for a simulation.
    pub unit: Option<ProvisioningJobId>,
    /// The plan that was sold.
    pub plan: PlanId,
    /// The provider of the eSIM that is topped up; `None` for a new eSIM.
    pub topup_provider: Option<ProviderId>,
    /// Whether the order is a trial.
    pub is_trial: bool,
    /// Whether the identity of the customer is verified.
    pub is_verified: bool,
    /// The price of the eSIM, for the limit of the cost.
    pub price: Option<(&'a Money, Currency)>,
    /// The data in MB; `None` for unlimited.
    pub megabytes: Option<Decimal>,
}

/// Returns the offers for a plan in the order in which they are tried: by the number of requests for the unit that their
/// provider did not know, then by priority, the priority of the provider, and cost.
pub fn candidates(
    conn: &mut Conn,
    limits: &Limits,
    wanted: &Wanted<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<Candidate>> {
    type Health = Option<(Option<DateTime<Utc>>, Option<DateTime<Utc>>)>;
    type Attempt = (
        ProviderId,
        Option<OfferId>,
        ProvisioningAttemptStatus,
        Option<DateTime<Utc>>,
    );
    let rows: Vec<(OfferColumns, ProviderColumns, Health)> = offers::table
        .inner_join(data_providers::table)
        .left_join(provider_health::table.on(provider_health::provider_id.eq(data_providers::id)))
        .filter(offers::plan_id.eq(wanted.plan))
        .order((offers::priority, offers::id))
        .limit(MAX_OFFERS)
        .select((
            OfferColumns::as_select(),
            ProviderColumns::as_select(),
            (provider_health::open_until, provider_health::probe_until).nullable(),
        ))
        .load(conn)?;
    let earlier: Vec<Attempt> = match wanted.unit {
        None => Vec::new(),
        Some(unit) => attempts::table
            .filter(attempts::job_id.eq(unit))
            .select((
                attempts::provider_id,
                attempts::offer_id,
                attempts::status,
                attempts::resend_at,
            ))
            .load(conn)?,
    };
    let max_cost = settings::get(conn, MaxCost)?;
    let kyc_required: bool = plans::table
        .find(wanted.plan)
        .select(plans::kyc_required)
        .first(conn)?;

    let mut ranked = Vec::new();
    for (offer, provider, health) in rows {
        let (open_until, probe_until) = health.unwrap_or_default();
        let is_refused = |attempt: &Attempt| {
            attempt.1 == Some(offer.id)
                && attempt.2 == ProvisioningAttemptStatus::Refused
                && attempt.3.is_none()
        };
        // The provider did not receive the last request, and the next one is sent a little later.
        let is_held = |attempt: &Attempt| {
            attempt.0 == provider.account.id
                && attempt.2 == ProvisioningAttemptStatus::Refused
                && attempt.3.is_some_and(|at| at > now)
        };
        let is_abandoned = |attempt: &&Attempt| {
            attempt.0 == provider.account.id && attempt.2 == ProvisioningAttemptStatus::Abandoned
        };
        let reason = rules::assess(&Facts {
            is_other_provider: wanted
                .topup_provider
                .is_some_and(|only| only != provider.account.id),
            is_offer_active: offer.is_active,
            is_provider_active: provider.is_active && provider.deleted_at.is_none(),
            is_callable: limits.allows(provider.adapter),
            is_trial: wanted.is_trial && !provider.adapter.is_simulated(),
            is_paused: provider.paused_at.is_some(),
            is_refused: earlier.iter().any(is_refused),
            stock: offer.stock,
            pool: provider
                .available_data_gb
                .as_ref()
                .zip(wanted.megabytes.as_ref()),
            is_too_expensive: wanted.price.is_some_and(|(price, currency)| {
                currency == offer.currency && rules::is_above(&offer.cost, price, max_cost)
            }),
            is_unverified: kyc_required && !wanted.is_verified,
            is_circuit_open: earlier.iter().any(is_held)
                || open_until.is_some_and(|until| {
                    until > now || probe_until.is_some_and(|probe| probe > now)
                }),
        });
        let times_abandoned = earlier.iter().filter(is_abandoned).count();
        ranked.push((times_abandoned, Candidate::new(offer, provider, reason)));
    }
    ranked.sort_by(|(times, one), (other_times, other)| {
        let key = |candidate: &Candidate| (candidate.offer_priority, candidate.provider_priority);
        times
            .cmp(other_times)
            .then_with(|| key(one).cmp(&key(other)))
            .then_with(|| one.cost.cmp(&other.cost))
            .then_with(|| one.offer.0.cmp(&other.offer.0))
    });
    Ok(ranked.into_iter().map(|(_, candidate)| candidate).collect())
}

/// Returns the candidates for a verified customer who buys a plan now.
pub fn simulate(
    conn: &mut Conn,
    limits: &Limits,
    plan: PlanId,
    now: DateTime<Utc>,
) -> Result<Vec<Candidate>> {
    let megabytes: Option<Decimal> = plans::table
        .find(plan)
        .filter(plans::deleted_at.is_null())
        .select(plans::data_limit_mb)
        .first(conn)?;
    let wanted = Wanted {
        unit: None,
        plan,
        topup_provider: None,
        is_trial: false,
        is_verified: true,
        price: None,
        megabytes,
    };
    candidates(conn, limits, &wanted, now)
}

/// Returns whether an order is open at a provider, of those of which only one may be. Until the end of the transaction no
/// other one can be begun.
pub(super) fn is_order_open(
    tx: &mut Tx<'_>,
    candidate: &Candidate,
    scope: &OrderScope,
) -> Result<bool> {
    let provider = candidate.provider;
    let name = match scope {
        OrderScope::Account => format!("provider.{provider}"),
        OrderScope::Sku(sku) => format!("provider.{provider}.{sku}"),
    };
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(name)
        .execute(tx.conn())?;
    let mut open = attempts::table
        .inner_join(offers::table)
        .filter(attempts::provider_id.eq(provider))
        .filter(attempts::status.eq_any([
            ProvisioningAttemptStatus::Sent,
            ProvisioningAttemptStatus::Unknown,
        ]))
        .into_boxed();
    if let OrderScope::Sku(sku) = scope {
        open = open.filter(
            offers::sku
                .eq(sku.clone())
                .or(offers::topup_sku.eq(sku.clone())),
        );
    }
    let first: Option<ProvisioningJobId> =
        open.select(attempts::job_id).first(tx.conn()).optional()?;
    Ok(first.is_some())
}
