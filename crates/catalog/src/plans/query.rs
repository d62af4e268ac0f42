//! SQL of plans.

use wire::{
    Page, Paging, PlanId, Reach,
    catalog::plans::{EditPlan, NewPlan, Plan, PlanFilter, PlanSort},
};

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{self, exists},
    pg::Pg,
    prelude::*,
    sql_types::{Nullable, Timestamptz},
    upsert::excluded,
};
use platform::{
    Actor, Conn, Result, Tx, any_of,
    list::{named, search_fold},
    page,
};
use schema::{plan_pricing, plans};

/// The rows of one INSERT: PostgreSQL accepts 65,535 parameters at most.
const BATCH_SIZE: usize = 1000;

/// Returns one page of the plans that the actor may see: staff see every plan, a customer sees the plans on sale.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &PlanFilter,
    paging: &Paging<PlanSort>,
) -> Result<Page<Plan>> {
    page!(conn, paging, matching(actor, filter) => Plan, tie plans::id, {
        PlanSort::CreatedAt => plans::created_at,
        PlanSort::Name => plans::name,
        PlanSort::DataLimitMb => nullable plans::data_limit_mb,
        PlanSort::ValidityDays => plans::validity_days,
        PlanSort::UpdatedAt => plans::updated_at,
    })
}

fn matching<'a>(actor: &Actor, filter: &'a PlanFilter) -> plans::BoxedQuery<'a, Pg> {
    let mut rows = visible(actor);
    rows = match filter.withdrawn {
        Some(true) => rows.filter(plans::deleted_at.is_not_null()),
        _ => rows.filter(plans::deleted_at.is_null()),
    };
    if let Some(q) = &filter.q {
        rows = rows.filter(search_fold(plans::name).like(named(q)));
    }
    if let Some(on) = filter.is_active {
        rows = rows.filter(plans::is_active.eq(on));
    }
    if let Some(region) = &filter.region {
        rows = rows.filter(plans::regions.contains(serde_json::json!([region])));
    }
    if let Some(country) = &filter.country {
        rows = rows.filter(plans::regions.has_any_key(country.named_by()));
    }
    rows = any_of!(rows, plans::validity_policy, filter.validity_policy);
    match filter.unlimited {
        Some(true) => rows = rows.filter(plans::data_limit_mb.is_null()),
        Some(false) => rows = rows.filter(plans::data_limit_mb.is_not_null()),
        None => {}
    }
    if let Some(on) = filter.topup_allowed {
        rows = rows.filter(plans::topup_allowed.eq(on));
    }
    if let Some(on) = filter.hotspot_allowed {
        rows = rows.filter(plans::hotspot_allowed.eq(on));
    }
    if let Some(on) = filter.kyc_required {
        rows = rows.filter(plans::kyc_required.eq(on));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(plans::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(plans::created_at.lt(to));
    }
    rows
}

/// Selects the plans that the actor may see: staff also see withdrawn plans; other actors see active plans that are not
/// deleted and have an active price.
fn visible<'a>(actor: &Actor) -> plans::BoxedQuery<'a, Pg> {
    let rows = plans::table.into_boxed();
    if actor.reach == Reach::All {
        return rows;
    }
    let active_price = plan_pricing::table
        .filter(plan_pricing::plan_id.eq(plans::id))
        .filter(plan_pricing::effective_from.le(dsl::now))
        .filter(
            plan_pricing::effective_to
                .is_null()
                .or(plan_pricing::effective_to.gt(dsl::now.into_sql::<Nullable<Timestamptz>>())),
        );
    rows.filter(plans::deleted_at.is_null())
        .filter(plans::is_active.eq(true))
        .filter(exists(active_price))
}

/// Returns a plan that the actor may see.
pub fn find(conn: &mut Conn, actor: &Actor, id: PlanId) -> Result<Plan> {
    Ok(visible(actor)
        .filter(plans::id.eq(id))
        .select(Plan::as_select())
        .first(conn)?)
}

/// Locks a plan that is not withdrawn until the end of the transaction, so that concurrent changes of it wait.
pub fn lock(tx: &mut Tx<'_>, id: PlanId) -> Result<Plan> {
    Ok(plans::table
        .find(id)
        .filter(plans::deleted_at.is_null())
        .select(Plan::as_select())
        .for_no_key_update()
        .first(tx.conn())?)
}

/// Inserts plans with the given ids.
pub fn insert(tx: &mut Tx<'_>, new: &[(PlanId, &NewPlan)]) -> Result<Vec<Plan>> {
    let mut inserted = Vec::with_capacity(new.len());
    for chunk in new.chunks(BATCH_SIZE) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|(id, plan)| (plans::id.eq(*id), *plan))
            .collect();
        inserted.extend(
            diesel::insert_into(plans::table)
                .values(rows)
                .returning(Plan::as_returning())
                .get_results(tx.conn())?,
        );
    }
    Ok(inserted)
}

/// Updates a plan. Returns `None` if its version is no longer the given one.
pub fn update(tx: &mut Tx<'_>, id: PlanId, version: i32, edit: &EditPlan) -> Result<Option<Plan>> {
    let not_deleted = plans::table
        .find(id)
        .filter(plans::version.eq(version))
        .filter(plans::deleted_at.is_null());
    let changed = diesel::update(not_deleted).set((edit, plans::version.eq(plans::version + 1)));
    Ok(changed
        .returning(Plan::as_returning())
        .get_result(tx.conn())
        .optional()?)
}

/// Updates the terms of locked plans to those of a price list. Their names and whether they are on sale do not change.
pub fn update_terms(tx: &mut Tx<'_>, stated: &[(PlanId, &NewPlan)]) -> Result<Vec<Plan>> {
    let mut changed = Vec::with_capacity(stated.len());
    for chunk in stated.chunks(BATCH_SIZE) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|(id, plan)| (plans::id.eq(*id), *plan))
            .collect();
        // Every id exists, so every row is an update. The upsert form updates all rows in one statement.
        changed.extend(
            diesel::insert_into(plans::table)
                .values(rows)
                .on_conflict(plans::id)
                .do_update()
                .set((
                    plans::data_limit_mb.eq(excluded(plans::data_limit_mb)),
                    plans::voice_minutes.eq(excluded(plans::voice_minutes)),
                    plans::sms_count.eq(excluded(plans::sms_count)),
                    plans::validity_days.eq(excluded(plans::validity_days)),
                    plans::regions.eq(excluded(plans::regions)),
                    plans::version.eq(plans::version + 1),
                ))
                .returning(Plan::as_returning())
                .get_results(tx.conn())?,
        );
    }
    Ok(changed)
}

/// Withdraws a plan. Returns 0 if its version is no longer the given one.
pub fn remove(tx: &mut Tx<'_>, id: PlanId, version: i32, now: DateTime<Utc>) -> Result<usize> {
    let not_deleted = plans::table
        .find(id)
        .filter(plans::version.eq(version))
        .filter(plans::deleted_at.is_null());
    Ok(diesel::update(not_deleted)
        .set((
            plans::deleted_at.eq(now),
            plans::is_active.eq(false),
            plans::version.eq(plans::version + 1),
        ))
        .execute(tx.conn())?)
}

/// Restores a withdrawn plan.
pub fn restore(tx: &mut Tx<'_>, id: PlanId) -> Result<Option<Plan>> {
    let withdrawn = plans::table
        .find(id)
        .filter(plans::deleted_at.is_not_null());
    let changed = diesel::update(withdrawn).set((
        plans::deleted_at.eq(None::<DateTime<Utc>>),
        plans::version.eq(plans::version + 1),
    ));
    Ok(changed
        .returning(Plan::as_returning())
        .get_result(tx.conn())
        .optional()?)
}
