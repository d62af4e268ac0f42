//! SQL of promotions.

mod redemptions;

pub use redemptions::*;

use wire::{
    Page, Paging, PlanId, PromotionId, UserId,
    catalog::promotions::{
        NewPromotion, Promotion, PromotionFilter, PromotionSort, PromotionState,
    },
    text::plain,
};

use chrono::{DateTime, Utc};
use diesel::{dsl, pg::Pg, prelude::*};
use platform::{
    Actor, Conn, Error, Result, Tx, any_of,
    list::{named, number_pattern, search_fold},
    page,
};
use schema::{plans, promo_redemptions as uses, promotional_codes as codes, users};
use serde_json::{Value, json};

/// Returns one page of the promotions.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &PromotionFilter,
    paging: &Paging<PromotionSort>,
) -> Result<Page<Promotion>> {
    page!(conn, paging, matching(filter) => Promotion, tie codes::id, {
        PromotionSort::CreatedAt => codes::created_at,
        PromotionSort::Code => codes::code,
        PromotionSort::ValidFrom => codes::valid_from,
        PromotionSort::ValidTo => codes::valid_to,
        PromotionSort::UsedCount => codes::used_count,
    })
}

fn matching(filter: &PromotionFilter) -> codes::BoxedQuery<'_, Pg> {
    let mut rows = codes::table.into_boxed();
    rows = match filter.deleted {
        Some(true) => rows.filter(codes::deleted_at.is_not_null()),
        _ => rows.filter(codes::deleted_at.is_null()),
    };
    if let Some(q) = &filter.q {
        rows = rows.filter(
            codes::code
                .like(number_pattern(&plain(q).to_ascii_uppercase()))
                .or(search_fold(codes::campaign.assume_not_null())
                    .like(named(q))
                    .and(codes::campaign.is_not_null())),
        );
    }
    if let Some(state) = filter.state {
        rows = filter_by_state(rows, state);
    }
    if let Some(campaign) = &filter.campaign {
        rows = rows.filter(codes::campaign.eq(campaign));
    }
    rows = any_of!(rows, codes::discount_type, filter.discount_type);
    if let Some(plan) = filter.plan_id {
        rows = rows.filter(
            codes::applicable_plans.is_null().or(codes::applicable_plans
                .assume_not_null()
                .contains(json!([plan]))),
        );
    }
    if let Some(at) = filter.valid_at {
        rows = rows
            .filter(codes::valid_from.le(at))
            .filter(codes::valid_to.gt(at));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(codes::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(codes::created_at.lt(to));
    }
    rows
}

/// Filters promotions by their current state. The conditions follow the order of [`Promotion::state`].
fn filter_by_state(
    rows: codes::BoxedQuery<'_, Pg>,
    state: PromotionState,
) -> codes::BoxedQuery<'_, Pg> {
    let has_uses_left = || {
        codes::max_uses.is_null().or(codes::used_count
            .nullable()
            .lt(codes::max_uses)
            .assume_not_null())
    };
    match state {
        PromotionState::Off => rows.filter(codes::is_active.eq(false)),
        PromotionState::Scheduled => rows
            .filter(codes::is_active)
            .filter(codes::valid_from.gt(dsl::now)),
        PromotionState::Ended => rows
            .filter(codes::is_active)
            .filter(codes::valid_from.le(dsl::now))
            .filter(codes::valid_to.le(dsl::now)),
        PromotionState::UsedUp => rows
            .filter(codes::is_active)
            .filter(codes::valid_from.le(dsl::now))
            .filter(codes::valid_to.gt(dsl::now))
            .filter(dsl::not(has_uses_left())),
        PromotionState::Running => rows
            .filter(codes::is_active)
            .filter(codes::valid_from.le(dsl::now))
            .filter(codes::valid_to.gt(dsl::now))
            .filter(has_uses_left()),
    }
}

/// Returns a promotion, deleted or not.
pub fn find(conn: &mut Conn, id: PromotionId) -> Result<Promotion> {
    Ok(codes::table
        .find(id)
        .select(Promotion::as_select())
        .first(conn)?)
}

/// Returns the promotion of a code, unless it is deleted.
pub fn find_by_code(conn: &mut Conn, code: &str) -> Result<Option<Promotion>> {
    Ok(codes::table
        .filter(codes::code.eq(code))
        .filter(codes::deleted_at.is_null())
        .select(Promotion::as_select())
        .first(conn)
        .optional()?)
}

/// Locks a promotion that is not deleted until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: PromotionId) -> Result<Promotion> {
    Ok(codes::table
        .find(id)
        .filter(codes::deleted_at.is_null())
        .select(Promotion::as_select())
        .for_no_key_update()
        .first(tx.conn())?)
}

/// Counts the plans with these ids that are not withdrawn.
pub fn count_plans(conn: &mut Conn, ids: &[PlanId]) -> Result<i64> {
    Ok(plans::table
        .filter(plans::id.eq_any(ids))
        .filter(plans::deleted_at.is_null())
        .count()
        .get_result(conn)?)
}

fn plan_ids_json(new: &NewPromotion) -> Option<Value> {
    new.applicable_plans.as_ref().map(|plans| json!(plans))
}

/// Inserts a promotion for each code that does not exist yet. Returns the inserted promotions.
pub fn insert(
    tx: &mut Tx<'_>,
    new: &NewPromotion,
    new_codes: &[String],
    now: DateTime<Utc>,
) -> Result<Vec<Promotion>> {
    let rows: Vec<_> = new_codes
        .iter()
        .map(|code| {
            (
                codes::id.eq(PromotionId::new()),
                codes::code.eq(code),
                codes::discount_type.eq(new.discount_type),
                codes::discount_value.eq(&new.discount_value),
                codes::currency.eq(new.currency),
                codes::min_spend.eq(&new.min_spend),
                codes::max_uses.eq(new.max_uses),
                codes::per_user_limit.eq(new.per_user_limit),
                codes::valid_from.eq(new.valid_from.unwrap_or(now)),
                codes::valid_to.eq(new.valid_to),
                codes::applicable_plans.eq(plan_ids_json(new)),
                codes::is_active.eq(new.is_active),
                codes::first_order_only.eq(new.first_order_only),
                codes::campaign.eq(&new.campaign),
            )
        })
        .collect();
    Ok(diesel::insert_into(codes::table)
        .values(rows)
        .on_conflict(codes::code)
        .do_nothing()
        .returning(Promotion::as_returning())
        .get_results(tx.conn())?)
}

/// Updates a promotion. Returns `None` if its version is no longer the given one.
pub fn update(
    tx: &mut Tx<'_>,
    id: PromotionId,
    version: i32,
    to: &NewPromotion,
) -> Result<Option<Promotion>> {
    let not_deleted = codes::table
        .find(id)
        .filter(codes::version.eq(version))
        .filter(codes::deleted_at.is_null());
    Ok(diesel::update(not_deleted)
        .set((
            codes::discount_type.eq(to.discount_type),
            codes::discount_value.eq(&to.discount_value),
            codes::currency.eq(to.currency),
            codes::min_spend.eq(&to.min_spend),
            codes::max_uses.eq(to.max_uses),
            codes::per_user_limit.eq(to.per_user_limit),
            to.valid_from.map(|from| codes::valid_from.eq(from)),
            codes::valid_to.eq(to.valid_to),
            codes::applicable_plans.eq(plan_ids_json(to)),
            codes::is_active.eq(to.is_active),
            codes::first_order_only.eq(to.first_order_only),
            codes::campaign.eq(&to.campaign),
            codes::version.eq(codes::version + 1),
        ))
        .returning(Promotion::as_returning())
        .get_result(tx.conn())
        .optional()?)
}

/// Deletes a promotion. Returns `false` if its version is no longer the given one.
pub fn remove(tx: &mut Tx<'_>, id: PromotionId, version: i32, now: DateTime<Utc>) -> Result<bool> {
    let not_deleted = codes::table
        .find(id)
        .filter(codes::version.eq(version))
        .filter(codes::deleted_at.is_null());
    let removed = diesel::update(not_deleted).set((
        codes::deleted_at.eq(now),
        codes::version.eq(codes::version + 1),
    ));
    Ok(removed.execute(tx.conn())? == 1)
}

/// Restores a deleted promotion. It is inactive afterwards.
pub fn restore(tx: &mut Tx<'_>, id: PromotionId) -> Result<Option<Promotion>> {
    let deleted = codes::table
        .find(id)
        .filter(codes::deleted_at.is_not_null());
    Ok(diesel::update(deleted)
        .set((
            codes::deleted_at.eq(None::<DateTime<Utc>>),
            codes::is_active.eq(false),
            codes::version.eq(codes::version + 1),
        ))
        .returning(Promotion::as_returning())
        .get_result(tx.conn())
        .optional()?)
}

/// Reserves a use of a code that is active now and has a use left. The single statement also locks the row, so that two
/// orders cannot reserve the last use. Returns the promotion with this use counted.
pub fn reserve_use(
    tx: &mut Tx<'_>,
    id: PromotionId,
    now: DateTime<Utc>,
) -> Result<Option<Promotion>> {
    let free = codes::table
        .find(id)
        .filter(codes::is_active)
        .filter(codes::deleted_at.is_null())
        .filter(codes::valid_from.le(now))
        .filter(codes::valid_to.gt(now))
        .filter(
            codes::max_uses
                .is_null()
                .or(codes::used_count.nullable().lt(codes::max_uses)),
        );
    Ok(diesel::update(free)
        .set(codes::used_count.eq(codes::used_count + 1))
        .returning(Promotion::as_returning())
        .get_result(tx.conn())
        .optional()?)
}

/// Reserves a use again for an order that was paid after its use was released. Neither the period nor the status of the
/// code is checked. Returns `None` if no use is left.
pub fn reserve_released_use(tx: &mut Tx<'_>, id: PromotionId) -> Result<Option<Promotion>> {
    let free = codes::table.find(id).filter(
        codes::max_uses
            .is_null()
            .or(codes::used_count.nullable().lt(codes::max_uses)),
    );
    Ok(diesel::update(free)
        .set(codes::used_count.eq(codes::used_count + 1))
        .returning(Promotion::as_returning())
        .get_result(tx.conn())
        .optional()?)
}

/// Releases a use.
pub fn release_use(tx: &mut Tx<'_>, id: PromotionId) -> Result<()> {
    let updated = diesel::update(codes::table.find(id).filter(codes::used_count.gt(0)))
        .set(codes::used_count.eq(codes::used_count - 1))
        .execute(tx.conn())?;
    if updated == 1 {
        Ok(())
    } else {
        Err(Error::internal(format!(
            "promotion {id} has no use to release"
        )))
    }
}

/// Locks a customer, so that concurrent first orders of the customer wait.
pub fn lock_customer(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    users::table
        .find(id)
        .select(users::id)
        .for_no_key_update()
        .first::<UserId>(tx.conn())?;
    Ok(())
}

/// Counts the reserved and completed uses of a promotion by a customer.
pub fn count_uses(conn: &mut Conn, id: PromotionId, user: UserId) -> Result<i64> {
    Ok(uses::table
        .filter(uses::promotion_id.eq(id))
        .filter(uses::user_id.eq(user))
        .filter(uses::state.ne(wire::catalog::promotions::RedemptionState::Released))
        .count()
        .get_result(conn)?)
}
