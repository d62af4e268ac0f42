//! SQL of the redemptions of promotions, and of their results.

use wire::{
    Currency, Money, OrderId, Page, Paging, PromotionId, RedemptionId, UserId,
    billing::orders::OrderStatus,
    catalog::promotions::{Redemption, RedemptionFilter, RedemptionSort, RedemptionState},
};

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{InnerJoin, IntoBoxed},
    pg::Pg,
    prelude::*,
    sql_types,
};
use platform::{Actor, Conn, Result, Tx, any_of, page, people};
use schema::{orders, promo_redemptions as uses, promotional_codes as codes};

#[derive(Queryable, Selectable)]
#[diesel(table_name = uses, check_for_backend(Pg))]
struct Row {
    id: RedemptionId,
    promotion_id: PromotionId,
    #[diesel(select_expression = codes::code)]
    code: String,
    order_id: OrderId,
    #[diesel(select_expression = orders::order_number)]
    order_number: String,
    user_id: UserId,
    state: RedemptionState,
    discount_amount: Money,
    currency: Currency,
    created_at: DateTime<Utc>,
    settled_at: Option<DateTime<Utc>>,
}

type Named = InnerJoin<InnerJoin<uses::table, codes::table>, orders::table>;

/// Returns one page of the redemptions.
pub fn redemptions(
    conn: &mut Conn,
    actor: &Actor,
    filter: &RedemptionFilter,
    paging: &Paging<RedemptionSort>,
) -> Result<Page<Redemption>> {
    let rows: Page<Row> = page!(conn, paging, matching(filter) => Row, tie uses::id, {
        RedemptionSort::CreatedAt => uses::created_at,
    })?;
    rows.try_all(|rows| {
        let people: Vec<UserId> = rows.iter().map(|row| row.user_id).collect();
        let masked = people::is_masked_for(actor.role);
        let mut names = people::names(conn, &actor.keys, &people, masked)?;
        let named = rows.into_iter().map(|row| {
            let customer = names.entry(row.user_id).or_default().clone();
            to_response(row, customer)
        });
        Ok(named.collect())
    })
}

fn to_response(row: Row, customer: String) -> Redemption {
    Redemption {
        id: row.id,
        promotion_id: row.promotion_id,
        code: row.code,
        order_id: row.order_id,
        order_number: row.order_number,
        user_id: row.user_id,
        customer,
        state: row.state,
        discount_amount: row.discount_amount,
        currency: row.currency,
        created_at: row.created_at,
        settled_at: row.settled_at,
    }
}

fn matching(filter: &RedemptionFilter) -> IntoBoxed<'_, Named, Pg> {
    let mut rows = uses::table
        .inner_join(codes::table)
        .inner_join(orders::table)
        .into_boxed();
    if let Some(id) = filter.promotion_id {
        rows = rows.filter(uses::promotion_id.eq(id));
    }
    if let Some(campaign) = &filter.campaign {
        rows = rows.filter(codes::campaign.eq(campaign));
    }
    if let Some(id) = filter.user_id {
        rows = rows.filter(uses::user_id.eq(id));
    }
    if let Some(id) = filter.order_id {
        rows = rows.filter(uses::order_id.eq(id));
    }
    rows = any_of!(rows, uses::state, filter.state);
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(uses::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(uses::created_at.lt(to));
    }
    rows
}

/// A use of a promotion that an order reserves.
pub struct NewRedemption {
    pub promotion: PromotionId,
    pub order: OrderId,
    pub user: UserId,
    pub discount: Money,
    pub currency: Currency,
    pub now: DateTime<Utc>,
}

/// Inserts the redemption of an order.
pub fn insert_redemption(tx: &mut Tx<'_>, new: &NewRedemption) -> Result<()> {
    diesel::insert_into(uses::table)
        .values((
            uses::id.eq(RedemptionId::new()),
            uses::promotion_id.eq(new.promotion),
            uses::order_id.eq(new.order),
            uses::user_id.eq(new.user),
            uses::state.eq(RedemptionState::Held),
            uses::discount_amount.eq(&new.discount),
            uses::currency.eq(new.currency),
            uses::created_at.eq(new.now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the promotion, customer and state of the redemption of an order. Locks the row, so that the redemption is
/// completed or released only once.
pub fn lock_redemption(
    tx: &mut Tx<'_>,
    order: OrderId,
) -> Result<Option<(PromotionId, UserId, RedemptionState)>> {
    Ok(uses::table
        .filter(uses::order_id.eq(order))
        .select((uses::promotion_id, uses::user_id, uses::state))
        .for_update()
        .first(tx.conn())
        .optional()?)
}

/// Sets the state of the redemption of an order.
pub fn set_redemption_state(
    tx: &mut Tx<'_>,
    order: OrderId,
    to: RedemptionState,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::update(uses::table.filter(uses::order_id.eq(order)))
        .set((uses::state.eq(to), uses::settled_at.eq(now)))
        .execute(tx.conn())?;
    Ok(())
}

/// Returns whether a customer has an order that is not cancelled.
pub fn has_ordered(conn: &mut Conn, user: UserId) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(
        orders::table
            .filter(orders::user_id.eq(user))
            .filter(orders::status.ne(OrderStatus::Cancelled)),
    ))
    .get_result(conn)?)
}

/// The promotions of the report: one code, or all codes of its campaign.
const SELECTED_PROMOTIONS: &str = "SELECT c.id FROM promotional_codes c JOIN promotional_codes requested ON requested.id = $1 \
    WHERE c.id = requested.id OR ($2 AND c.campaign = requested.campaign)";

/// The numbers of reserved and released uses.
#[derive(QueryableByName)]
pub struct UseCounts {
    /// Uses reserved by orders that are not paid yet.
    #[diesel(sql_type = sql_types::BigInt)]
    pub held: i64,
    /// Uses that were released.
    #[diesel(sql_type = sql_types::BigInt)]
    pub released: i64,
}

/// Counts the reserved and released uses of a promotion or its campaign.
pub fn use_counts(conn: &mut Conn, id: PromotionId, campaign: bool) -> Result<UseCounts> {
    let sql = format!(
        "SELECT count(*) FILTER (WHERE state = 'held') AS held, count(*) FILTER (WHERE state = 'released') AS released \
         FROM promo_redemptions WHERE promotion_id IN ({SELECTED_PROMOTIONS})"
    );
    Ok(diesel::sql_query(sql)
        .bind::<sql_types::Uuid, _>(id)
        .bind::<sql_types::Bool, _>(campaign)
        .get_result(conn)?)
}

/// The totals of the paid orders in one currency.
#[derive(QueryableByName)]
pub struct SalesTotals {
    /// The currency.
    #[diesel(sql_type = sql_types::Text)]
    pub currency: Currency,
    /// The number of orders.
    #[diesel(sql_type = sql_types::BigInt)]
    pub orders: i64,
    /// The discounts.
    #[diesel(sql_type = sql_types::Numeric)]
    pub discount: Money,
    /// The revenue without tax.
    #[diesel(sql_type = sql_types::Numeric)]
    pub net: Money,
    /// The cost.
    #[diesel(sql_type = sql_types::Numeric)]
    pub cost: Money,
    /// The number of customers.
    #[diesel(sql_type = sql_types::BigInt)]
    pub customers: i64,
    /// The number of customers without an earlier paid order.
    #[diesel(sql_type = sql_types::BigInt)]
    pub new_customers: i64,
}

/// Returns the totals of the paid orders of a promotion or its campaign, by currency.
pub fn sales_totals(conn: &mut Conn, id: PromotionId, campaign: bool) -> Result<Vec<SalesTotals>> {
    let sql = format!(
        "SELECT o.currency, count(*) AS orders, sum(u.discount_amount) AS discount, sum(o.total_amount - o.tax_amount) AS net, \
             sum(o.unit_cost * o.quantity) AS cost, count(DISTINCT o.user_id) AS customers, \
             count(DISTINCT o.user_id) FILTER (WHERE NOT EXISTS ( \
                 SELECT FROM orders earlier WHERE earlier.user_id = o.user_id AND earlier.paid_at < o.paid_at)) AS new_customers \
         FROM promo_redemptions u JOIN orders o ON o.id = u.order_id \
         WHERE u.promotion_id IN ({SELECTED_PROMOTIONS}) AND u.state = 'completed' GROUP BY o.currency ORDER BY o.currency"
    );
    Ok(diesel::sql_query(sql)
        .bind::<sql_types::Uuid, _>(id)
        .bind::<sql_types::Bool, _>(campaign)
        .load(conn)?)
}
