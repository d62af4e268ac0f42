//! All SQL of plans.

use wire::{
    Money, Page, Paging, PlanId, ProviderId, Reach,
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
use schema::{plan_pricing, plan_provider_offers as offers, plans};

/// Rows of one INSERT; PostgreSQL takes 65,535 values.
const AT_ONCE: usize = 1000;

/// One page of the plans that the actor sees: staff all of them, a customer those on sale.
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

/// Withdrawn plans among them for staff; for everybody else living, active ones with a price in force.
fn visible<'a>(actor: &Actor) -> plans::BoxedQuery<'a, Pg> {
    let rows = plans::table.into_boxed();
    if actor.reach == Reach::All {
        return rows;
    }
    let in_force = plan_pricing::table
        .filter(plan_pricing::plan_id.eq(plans::id))
        .filter(plan_pricing::effective_from.le(dsl::now))
        .filter(
            plan_pricing::effective_to
                .is_null()
                .or(plan_pricing::effective_to.gt(dsl::now.into_sql::<Nullable<Timestamptz>>())),
        );
    rows.filter(plans::deleted_at.is_null())
        .filter(plans::is_active.eq(true))
        .filter(exists(in_force))
}

/// A plan that the actor sees.
pub fn find(conn: &mut Conn, actor: &Actor, id: PlanId) -> Result<Plan> {
    Ok(visible(actor)
        .filter(plans::id.eq(id))
        .select(Plan::as_select())
        .first(conn)?)
}

/// A plan that is not withdrawn, held until the end of the transaction, so that two changes of it do not cross.
pub fn hold(tx: &mut Tx<'_>, id: PlanId) -> Result<Plan> {
    Ok(plans::table
        .find(id)
        .filter(plans::deleted_at.is_null())
        .select(Plan::as_select())
        .for_no_key_update()
        .first(tx.conn())?)
}

/// Adds plans, each under the id it comes with.
pub fn insert(tx: &mut Tx<'_>, new: &[(PlanId, &NewPlan)]) -> Result<Vec<Plan>> {
    let mut made = Vec::with_capacity(new.len());
    for part in new.chunks(AT_ONCE) {
        let rows: Vec<_> = part
            .iter()
            .map(|(id, plan)| (plans::id.eq(*id), *plan))
            .collect();
        made.extend(
            diesel::insert_into(plans::table)
                .values(rows)
                .returning(Plan::as_returning())
                .get_results(tx.conn())?,
        );
    }
    Ok(made)
}

/// Changes a plan that is still as it was read.
pub fn update(tx: &mut Tx<'_>, id: PlanId, version: i32, edit: &EditPlan) -> Result<Option<Plan>> {
    let living = plans::table
        .find(id)
        .filter(plans::version.eq(version))
        .filter(plans::deleted_at.is_null());
    let changed = diesel::update(living).set((edit, plans::version.eq(plans::version + 1)));
    Ok(changed
        .returning(Plan::as_returning())
        .get_result(tx.conn())
        .optional()?)
}

/// Gives plans that are held the terms that a price list states. Their names, and whether they are sold, stay.
pub fn take_over(tx: &mut Tx<'_>, stated: &[(PlanId, &NewPlan)]) -> Result<Vec<Plan>> {
    let mut changed = Vec::with_capacity(stated.len());
    for part in stated.chunks(AT_ONCE) {
        let rows: Vec<_> = part
            .iter()
            .map(|(id, plan)| (plans::id.eq(*id), *plan))
            .collect();
        // Every id exists, so all of these are updates; as an upsert they are one statement.
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

/// Withdraws a plan that is still as it was read; the number of rows changed.
pub fn remove(tx: &mut Tx<'_>, id: PlanId, version: i32, now: DateTime<Utc>) -> Result<usize> {
    let living = plans::table
        .find(id)
        .filter(plans::version.eq(version))
        .filter(plans::deleted_at.is_null());
    Ok(diesel::update(living)
        .set((
            plans::deleted_at.eq(now),
            plans::is_active.eq(false),
            plans::version.eq(plans::version + 1),
        ))
        .execute(tx.conn())?)
}

/// Takes a withdrawn plan back.
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

/// What a provider's price list has brought before: a package, its plan, and what it cost then.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = offers, check_for_backend(Pg))]
pub struct Known {
    /// The provider's key of the package.
    pub sku: String,
    /// The plan that it supplies.
    #[diesel(embed)]
    pub plan: Plan,
    /// What it costs us.
    pub cost: Money,
    /// In this currency.
    pub currency: wire::Currency,
    /// The least that the provider lets the plan be sold for.
    #[diesel(column_name = minimum_price)]
    pub minimum: Option<Money>,
    /// Whether the provider is asked for it.
    pub is_active: bool,
}

/// Everything a provider offers so far, by one question, however long its list. Its plans are held, so that nobody
/// changes them or their prices meanwhile.
pub fn known(tx: &mut Tx<'_>, provider: ProviderId) -> Result<Vec<Known>> {
    Ok(offers::table
        .inner_join(plans::table)
        .filter(offers::provider_id.eq(provider))
        .order_by(plans::id)
        .select(Known::as_select())
        .for_no_key_update()
        .load(tx.conn())?)
}
