//! All SQL of offers.

use wire::{
    Currency, Money, OfferId, Page, Paging, PlanId, ProviderId,
    integrations::providers::{Offer, OfferFilter, OfferSort},
};

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{InnerJoin, IntoBoxed},
    pg::Pg,
    prelude::*,
    upsert::excluded,
};
use platform::{Actor, Conn, Result, Tx, list::begins, page};
use schema::{data_providers as providers, plan_provider_offers as offers, plans};

/// Rows of one INSERT; PostgreSQL takes 65,535 values.
const AT_ONCE: usize = 1000;

/// One page of the offers.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &OfferFilter,
    paging: &Paging<OfferSort>,
) -> Result<Page<Offer>> {
    let rows = page!(conn, paging, matching(filter) => Row, tie offers::id, {
        OfferSort::CreatedAt => offers::created_at,
        OfferSort::Cost => offers::cost,
        OfferSort::Sku => offers::sku,
    })?;
    rows.try_map(|row| Ok(row.into()))
}

type Joined = InnerJoin<InnerJoin<offers::table, plans::table>, providers::table>;

fn matching(filter: &OfferFilter) -> IntoBoxed<'_, Joined, Pg> {
    let mut rows = offers::table
        .inner_join(plans::table)
        .inner_join(providers::table)
        .into_boxed();
    if let Some(plan) = filter.plan_id {
        rows = rows.filter(offers::plan_id.eq(plan));
    }
    if let Some(provider) = filter.provider_id {
        rows = rows.filter(offers::provider_id.eq(provider));
    }
    if let Some(on) = filter.is_active {
        rows = rows.filter(offers::is_active.eq(on));
    }
    if let Some(q) = &filter.q {
        rows = rows.filter(offers::sku.like(begins(q)));
    }
    rows
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = offers, check_for_backend(Pg))]
struct Row {
    id: OfferId,
    plan_id: PlanId,
    #[diesel(select_expression = plans::name)]
    plan_name: String,
    provider_id: ProviderId,
    #[diesel(select_expression = providers::name)]
    provider_name: String,
    sku: String,
    cost: Money,
    currency: Currency,
    priority: i32,
    is_active: bool,
    last_synced_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<Row> for Offer {
    fn from(row: Row) -> Self {
        let Row {
            id,
            plan_id,
            plan_name,
            provider_id,
            provider_name,
            sku,
            cost,
            currency,
            priority,
            is_active,
            last_synced_at,
            created_at,
        } = row;
        Self {
            id,
            plan_id,
            plan_name,
            provider_id,
            provider_name,
            sku,
            cost,
            currency,
            priority,
            is_active,
            last_synced_at,
            created_at,
        }
    }
}

/// An offer as a price list states it.
#[derive(Debug, Clone, PartialEq)]
pub struct NewOffer {
    /// The plan that it supplies. An offer that is known keeps its plan.
    pub plan_id: PlanId,
    /// The provider's key of the package.
    pub sku: String,
    /// What it costs us.
    pub cost: Money,
    /// In this currency.
    pub currency: Currency,
}

/// Takes over what a provider offers: new offers are added, known ones get the stated cost, all count as confirmed now.
pub fn put(
    tx: &mut Tx<'_>,
    provider: ProviderId,
    stated: &[NewOffer],
    now: DateTime<Utc>,
) -> Result<()> {
    for part in stated.chunks(AT_ONCE) {
        let rows: Vec<_> = part
            .iter()
            .map(|offer| {
                (
                    offers::id.eq(OfferId::new()),
                    offers::plan_id.eq(offer.plan_id),
                    offers::provider_id.eq(provider),
                    offers::sku.eq(&offer.sku),
                    offers::cost.eq(&offer.cost),
                    offers::currency.eq(offer.currency),
                    offers::last_synced_at.eq(now),
                )
            })
            .collect();
        diesel::insert_into(offers::table)
            .values(rows)
            .on_conflict((offers::provider_id, offers::sku))
            .do_update()
            .set((
                offers::cost.eq(excluded(offers::cost)),
                offers::currency.eq(excluded(offers::currency)),
                offers::last_synced_at.eq(excluded(offers::last_synced_at)),
            ))
            .execute(tx.conn())?;
    }
    Ok(())
}
