//! SQL of placing an order: the customer, the stock, the eSIM of a top-up, and the row.

use crate::amounts::Amounts;
use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    sql_types::{Array, Text},
};
use platform::{Conn, Error, Result, Tx};
use schema::{
    api_clients, data_providers, esim_bundles, esims, orders, plan_provider_offers as offers,
    plans, promo_redemptions, promotional_codes, transactions, users,
};
use std::collections::HashMap;
use wire::{
    ApiClientId, Currency, EsimId, Money, OrderId, PlanId, ProviderId, TransactionId, UserId,
    accounts::{
        api_clients::ApiClientMode,
        users::{KycStatus, UserRole, UserStatus},
    },
    billing::{
        orders::{NewOrder, OrderStatus, PlanTerms},
        transactions::{PaymentMethod, TransactionStatus},
    },
    catalog::plans::Regions,
    esims::inventory::{EsimStatus, ProfileState},
    integrations::providers::ProviderAdapter,
};

/// A customer who may place orders.
pub struct Buyer {
    /// Whether the customer belongs to an API client in test mode, so that the order is a trial.
    pub is_trial: bool,
    /// Whether the customer's identity is verified.
    pub is_verified: bool,
}

/// Returns the customer, if the user is an active one. Members of the staff buy with a customer account.
pub fn buyer(conn: &mut Conn, id: UserId) -> Result<Option<Buyer>> {
    let found: Option<(Option<ApiClientMode>, KycStatus)> = users::table
        .left_join(api_clients::table.on(users::client_id.eq(api_clients::id.nullable())))
        .filter(users::id.eq(id))
        .filter(users::deleted_at.is_null())
        .filter(users::status.eq(UserStatus::Active))
        .filter(users::role.eq(UserRole::Customer))
        .select((api_clients::mode.nullable(), users::kyc_status))
        .first(conn)
        .optional()?;
    Ok(found.map(|(mode, kyc)| Buyer {
        is_trial: mode == Some(ApiClientMode::Test),
        is_verified: kyc == KycStatus::Verified,
    }))
}

const STOCK_LEFT: &str = "SELECT (SELECT count(*) FROM esims e WHERE e.plan_id = $1 AND e.status = 'available' AND e.user_id IS NULL \
        AND e.deleted_at IS NULL AND e.profile_state = 'released' AND e.activation_code IS NOT NULL) \
    - (SELECT coalesce(sum(o.quantity - (SELECT count(*) FROM esim_bundles b WHERE b.order_id = o.id)), 0)::bigint FROM orders o \
        WHERE o.plan_id = $1 AND o.esim_id IS NULL AND (o.status IN ('paid', 'provisioning') \
            OR (o.status = 'pending_payment' AND coalesce(o.reserved_until, o.expires_at, 'infinity') > $2))) AS units \
    WHERE NOT EXISTS (SELECT 1 FROM plan_provider_offers f JOIN data_providers p ON p.id = f.provider_id \
        WHERE f.plan_id = $1 AND f.is_active AND coalesce(f.stock, 1) > 0 AND p.is_active AND p.deleted_at IS NULL \
        AND p.adapter::text = ANY($3))";

/// Returns the number of eSIMs left of a plan that no provider offers: the stock less paid orders and reservations.
/// Returns `None` where a provider offers the plan.
pub fn stock_left(
    conn: &mut Conn,
    plan: PlanId,
    adapters: &[ProviderAdapter],
    now: DateTime<Utc>,
) -> Result<Option<i64>> {
    #[derive(QueryableByName)]
    struct Left {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        units: i64,
    }
    let left: Option<Left> = diesel::sql_query(STOCK_LEFT)
        .bind::<diesel::sql_types::Uuid, _>(plan)
        .bind::<diesel::sql_types::Timestamptz, _>(now)
        .bind::<Array<Text>, _>(names(adapters))
        .get_result(conn)
        .optional()?;
    Ok(left.map(|left| left.units))
}

fn names(adapters: &[ProviderAdapter]) -> Vec<&'static str> {
    adapters.iter().map(|adapter| adapter.as_str()).collect()
}

/// Locks the placing of orders by one customer, so that two simultaneous orders are both counted.
pub fn lock_customer(tx: &mut Tx<'_>, customer: UserId) -> Result<()> {
    lock_name(tx, &format!("orders.customer.{customer}"))
}

/// Locks the placing of orders by one API client.
pub fn lock_client(tx: &mut Tx<'_>, client: ApiClientId) -> Result<()> {
    lock_name(tx, &format!("orders.client.{client}"))
}

fn lock_name(tx: &mut Tx<'_>, name: &str) -> Result<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(name)
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the number of eSIMs in the unpaid orders of a customer.
pub fn unpaid_units_of_customer(conn: &mut Conn, customer: UserId) -> Result<i64> {
    let units: Option<i64> = orders::table
        .filter(orders::status.eq(OrderStatus::PendingPayment))
        .filter(orders::user_id.eq(customer))
        .select(diesel::dsl::sum(orders::quantity))
        .first(conn)?;
    Ok(units.unwrap_or_default())
}

/// Returns the number of eSIMs in the unpaid orders that an API client has placed.
pub fn unpaid_units_of_client(conn: &mut Conn, client: ApiClientId) -> Result<i64> {
    let units: Option<i64> = orders::table
        .filter(orders::status.eq(OrderStatus::PendingPayment))
        .filter(orders::client_id.eq(client))
        .select(diesel::dsl::sum(orders::quantity))
        .first(conn)?;
    Ok(units.unwrap_or_default())
}

/// Locks a plan, so that two simultaneous orders do not count the same stock.
pub fn lock_plan(tx: &mut Tx<'_>, plan: PlanId) -> Result<()> {
    plans::table
        .find(plan)
        .select(plans::id)
        .for_no_key_update()
        .first::<PlanId>(tx.conn())?;
    Ok(())
}

/// The values of a new order that the caller does not send.
pub struct OrderDraft {
    pub id: OrderId,
    pub user_id: UserId,
    pub terms: PlanTerms,
    pub region: String,
    pub unit_price: Money,
    pub unit_cost: Money,
    pub amounts: Amounts,
    pub created_by: Option<UserId>,
    pub client_id: Option<ApiClientId>,
    pub expires_at: DateTime<Utc>,
    pub reserved_until: DateTime<Utc>,
    pub now: DateTime<Utc>,
}

/// Inserts an order that waits for its payment.
pub fn insert(tx: &mut Tx<'_>, new: &NewOrder, draft: &OrderDraft) -> Result<()> {
    diesel::insert_into(orders::table)
        .values((
            orders::id.eq(draft.id),
            orders::user_id.eq(draft.user_id),
            orders::plan_id.eq(new.plan_id),
            orders::kind.eq(new.kind),
            orders::esim_id.eq(new.esim_id),
            orders::quantity.eq(new.quantity),
            orders::region.eq(&draft.region),
            orders::terms.eq(serde_json::to_value(&draft.terms).map_err(Error::internal)?),
            orders::unit_price.eq(&draft.unit_price),
            orders::unit_cost.eq(&draft.unit_cost),
            orders::discount_amount.eq(&draft.amounts.discount),
            orders::tax_amount.eq(&draft.amounts.tax),
            orders::total_amount.eq(&draft.amounts.total),
            orders::currency.eq(new.currency),
            orders::status.eq(OrderStatus::PendingPayment),
            orders::reference.eq(&new.reference),
            orders::created_by.eq(draft.created_by),
            orders::client_id.eq(draft.client_id),
            orders::expires_at.eq(draft.expires_at),
            orders::reserved_until.eq(draft.reserved_until),
            orders::created_at.eq(draft.now),
            orders::updated_at.eq(draft.now),
        ))
        .execute(tx.conn())
        .map_err(|error| match Error::violated_constraint(&error) {
            Some("orders_reference_key" | "orders_client_id_reference_key") => Error::field(
                "reference",
                "taken",
                "You have used this reference for another order.",
            ),
            _ => error.into(),
        })?;
    Ok(())
}

/// Returns the promotion code of each order; orders without a code are left out.
pub fn promo_codes(conn: &mut Conn, ids: &[OrderId]) -> Result<HashMap<OrderId, String>> {
    let used: Vec<(OrderId, String)> = promo_redemptions::table
        .inner_join(promotional_codes::table)
        .filter(promo_redemptions::order_id.eq_any(ids))
        .select((promo_redemptions::order_id, promotional_codes::code))
        .load(conn)?;
    Ok(used.into_iter().collect())
}

/// An eSIM to top up.
#[derive(Debug, Clone, PartialEq)]
pub struct TopUpTarget {
    /// The ICCID, which the provider knows the eSIM by.
    pub iccid: String,
    /// The owner.
    pub owner: Option<UserId>,
    /// The provider that supplied the eSIM.
    pub provider: Option<ProviderId>,
    /// The status of the eSIM.
    pub status: EsimStatus,
    /// The state of its profile.
    pub profile: ProfileState,
    /// The regions in which its plan works; empty where they are not known.
    pub regions: Vec<String>,
}

/// Returns an eSIM to top up.
pub fn topup_target(conn: &mut Conn, id: EsimId) -> Result<Option<TopUpTarget>> {
    Ok(esims::table
        .left_join(plans::table)
        .filter(esims::id.eq(id))
        .filter(esims::deleted_at.is_null())
        .select((
            esims::iccid,
            esims::user_id,
            esims::provider_id,
            esims::status,
            esims::profile_state,
            plans::regions.nullable(),
        ))
        .first::<(_, _, _, _, _, Option<Regions>)>(conn)
        .optional()?
        .map(
            |(iccid, owner, provider, status, profile, regions)| TopUpTarget {
                iccid,
                owner,
                provider,
                status,
                profile,
                regions: regions.map(|regions| regions.0).unwrap_or_default(),
            },
        ))
}

/// Returns the ICCID of an eSIM and the end of the bundle that an order added to it; the end is `None` while the bundle
/// is not active.
pub fn added_bundle(
    conn: &mut Conn,
    order: OrderId,
    esim: EsimId,
) -> Result<(String, Option<DateTime<Utc>>)> {
    Ok(esims::table
        .inner_join(esim_bundles::table)
        .filter(esims::id.eq(esim))
        .filter(esim_bundles::order_id.eq(order))
        .select((esims::iccid, esim_bundles::expires_at))
        .first(conn)?)
}

/// Returns whether an active provider offers a plan.
pub fn is_offered(
    conn: &mut Conn,
    plan: PlanId,
    provider: ProviderId,
    adapters: &[ProviderAdapter],
) -> Result<bool> {
    let offered = offers::table
        .inner_join(data_providers::table)
        .filter(offers::plan_id.eq(plan))
        .filter(offers::provider_id.eq(provider))
        .filter(offers::is_active)
        .filter(data_providers::is_active)
        .filter(data_providers::deleted_at.is_null())
        .filter(data_providers::adapter.eq_any(adapters.to_vec()));
    Ok(diesel::select(diesel::dsl::exists(offered)).get_result(conn)?)
}

/// The columns of a payment that tell how to pay.
#[derive(Queryable, Selectable)]
#[diesel(table_name = transactions, check_for_backend(Pg))]
pub struct PaymentRow {
    pub id: TransactionId,
    pub status: TransactionStatus,
    pub payment_method: PaymentMethod,
    pub total_amount: Money,
    pub currency: Currency,
    pub checkout_url: Option<String>,
    pub client_secret: Option<Vec<u8>>,
}

/// Returns the newest payment of an order.
pub fn latest_payment(conn: &mut Conn, id: OrderId) -> Result<PaymentRow> {
    Ok(transactions::table
        .filter(transactions::order_id.eq(id))
        .order(transactions::created_at.desc())
        .select(PaymentRow::as_select())
        .first(conn)?)
}
