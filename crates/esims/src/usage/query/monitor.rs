//! SQL of the Data Usage Monitor. A page reads the rows of one index of `usage_monitor`, and joins the names.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{InnerJoin, IntoBoxed, LeftJoin},
    pg::Pg,
    prelude::*,
};
use platform::{
    Actor, Conn, Owner, Result, any_of,
    list::number_pattern,
    page,
    people::{self, customers_of},
};
use schema::{data_providers, esims, plans, usage_monitor as m};
use wire::{
    BundleId, Decimal, EsimId, Page, Paging, PlanId, ProviderId, UserId,
    esims::{
        inventory::{EsimStatus, MIN_LAST_DIGITS},
        usage::{ForecastState, MonitoredEsim, STALE_AFTER, UsageFilter, UsageSort},
    },
    identifier,
};

/// A row of the monitor with the names of its plan and provider.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = m, check_for_backend(Pg))]
pub struct MonitorRow {
    pub esim_id: EsimId,
    #[diesel(select_expression = esims::iccid)]
    pub iccid: String,
    pub status: EsimStatus,
    pub user_id: Option<UserId>,
    pub plan_id: Option<PlanId>,
    #[diesel(select_expression = plans::name.nullable())]
    pub plan_name: Option<String>,
    pub provider_id: Option<ProviderId>,
    #[diesel(select_expression = data_providers::name.nullable())]
    pub provider_name: Option<String>,
    pub bundle_id: Option<BundleId>,
    pub used_bytes: i64,
    pub total_bytes: Option<i64>,
    pub remaining_bytes: Option<i64>,
    pub share: Option<Decimal>,
    pub burn_bytes_per_day: Option<i64>,
    pub forecast: ForecastState,
    pub exhausted_at: Option<DateTime<Utc>>,
    pub left_at_expiry_bytes: Option<i64>,
    pub starts_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_point_at: Option<DateTime<Utc>>,
    pub read_at: Option<DateTime<Utc>>,
    pub received_at: Option<DateTime<Utc>>,
    pub country: Option<String>,
    pub network: Option<String>,
    pub alert_step: i32,
    pub next_poll_at: Option<DateTime<Utc>>,
    pub polled_at: Option<DateTime<Utc>>,
    pub provider_age_minutes: Option<i32>,
    pub poll_error: Option<String>,
}

impl MonitorRow {
    /// Returns when the provider is asked next; `None` for an eSIM that has ended or was never read from its provider.
    pub fn next_poll(&self) -> Option<DateTime<Utc>> {
        let has_ended = matches!(self.status, EsimStatus::Expired | EsimStatus::Cancelled);
        self.next_poll_at
            .filter(|_| !has_ended && self.provider_age_minutes.is_some())
    }
}

type Joined =
    LeftJoin<LeftJoin<InnerJoin<m::table, esims::table>, plans::table>, data_providers::table>;

/// Selects the rows of a filter at a time. Without a status, only eSIMs in use are selected.
fn matching(
    only: Option<Owner>,
    f: &UsageFilter,
    at: DateTime<Utc>,
) -> IntoBoxed<'static, Joined, Pg> {
    let mut rows = m::table
        .inner_join(esims::table)
        .left_join(plans::table)
        .left_join(data_providers::table)
        .filter(esims::deleted_at.is_null())
        .into_boxed();
    if let Some(owner) = only {
        rows = rows.filter(m::user_id.assume_not_null().eq_any(customers_of(owner)));
    }
    if f.status.is_none() {
        rows = rows.filter(m::is_in_use);
    }
    rows = any_of!(rows, m::status, f.status);
    if let Some(q) = &f.q {
        let number = identifier::digits(q);
        let is_end = number.len() >= MIN_LAST_DIGITS && number.bytes().all(|b| b.is_ascii_digit());
        let end: String = if is_end {
            number.chars().rev().collect()
        } else {
            String::new()
        };
        rows = rows.filter(
            esims::iccid
                .like(number_pattern(&number))
                .or(reverse(esims::iccid).like(number_pattern(&end))),
        );
    }
    if let Some(user) = f.user_id {
        rows = rows.filter(m::user_id.eq(user));
    }
    if let Some(plan) = f.plan_id {
        rows = rows.filter(m::plan_id.eq(plan));
    }
    if let Some(provider) = f.provider_id {
        rows = rows.filter(m::provider_id.eq(provider));
    }
    if let Some(from) = &f.share_from {
        rows = rows.filter(m::share.ge(from.clone()));
    }
    if let Some(to) = &f.share_to {
        rows = rows.filter(m::share.lt(to.clone()));
    }
    if let Some(from) = f.expires_at_from {
        rows = rows.filter(m::expires_at.ge(from));
    }
    if let Some(to) = f.expires_at_to {
        rows = rows.filter(m::expires_at.lt(to));
    }
    let stale_before = at - STALE_AFTER;
    match f.is_stale {
        None => {}
        Some(true) => rows = rows.filter(m::last_point_at.lt(stale_before)),
        Some(false) => rows = rows.filter(m::last_point_at.ge(stale_before)),
    }
    if let Some(states) = &f.forecast {
        rows = in_forecast(rows, &states.0, stale_before);
    }
    rows
}

/// Selects rows by their forecast. A forecast with a time becomes stale with it, except that of unlimited and of used up data.
fn in_forecast(
    rows: IntoBoxed<'static, Joined, Pg>,
    states: &[ForecastState],
    stale_before: DateTime<Utc>,
) -> IntoBoxed<'static, Joined, Pg> {
    use ForecastState as S;
    let (lasting, timed): (Vec<S>, Vec<S>) = states
        .iter()
        .copied()
        .filter(|state| *state != S::Stale)
        .partition(|state| matches!(state, S::Unlimited | S::Depleted));
    let is_fresh = m::last_point_at
        .ge(stale_before)
        .nullable()
        .or(m::last_point_at.is_null().nullable());
    let fits = m::forecast
        .eq_any(lasting)
        .nullable()
        .or(m::forecast.eq_any(timed).nullable().and(is_fresh));
    if states.contains(&S::Stale) {
        let is_stale = m::forecast
            .ne_all([S::Unlimited, S::Depleted])
            .nullable()
            .and(m::last_point_at.lt(stale_before).nullable());
        rows.filter(fits.or(is_stale))
    } else {
        rows.filter(fits)
    }
}

diesel::define_sql_function! {
    /// PostgreSQL's `reverse`, as in the index over last digits.
    fn reverse(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// Returns one page of the eSIMs that the actor may see. Only staff see the provider.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &UsageFilter,
    paging: &Paging<UsageSort>,
) -> Result<Page<MonitoredEsim>> {
    let (only, at) = (actor.owner_filter(), Utc::now());
    let page: Page<MonitorRow> = page!(conn, paging, matching(only, filter, at) => MonitorRow, tie m::esim_id, {
        UsageSort::Share => nullable m::share,
        UsageSort::BurnRate => nullable m::burn_bytes_per_day,
        UsageSort::ExhaustedAt => nullable m::exhausted_at,
        UsageSort::ExpiresAt => nullable m::expires_at,
        UsageSort::ReadAt => nullable m::read_at,
        UsageSort::UsedBytes => m::used_bytes,
    })?;
    page.try_all(|rows| {
        let people: Vec<UserId> = rows.iter().filter_map(|row| row.user_id).collect();
        let is_masked = people::is_masked_for(actor.role);
        let mut names = people::names(conn, &actor.keys, &people, is_masked)?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let customer = row.user_id.and_then(|id| names.get_mut(&id).cloned());
                to_response(row, customer.unwrap_or_default(), only.is_none(), at)
            })
            .collect())
    })
}

fn to_response(
    row: MonitorRow,
    customer: String,
    is_staff: bool,
    at: DateTime<Utc>,
) -> MonitoredEsim {
    let forecast = row.forecast.at(row.last_point_at, at);
    let next_poll_at = row.next_poll();
    MonitoredEsim {
        esim_id: row.esim_id,
        iccid: row.iccid,
        status: row.status,
        user_id: row.user_id,
        customer,
        plan_id: row.plan_id,
        plan_name: row.plan_name,
        provider_id: row.provider_id.filter(|_| is_staff),
        provider_name: row.provider_name.filter(|_| is_staff),
        bundle_id: row.bundle_id,
        used_bytes: row.used_bytes,
        total_bytes: row.total_bytes,
        remaining_bytes: row.remaining_bytes,
        share: row.share,
        burn_bytes_per_day: row.burn_bytes_per_day,
        forecast,
        exhausted_at: row
            .exhausted_at
            .filter(|_| forecast == ForecastState::RunsOut),
        left_at_expiry_bytes: row
            .left_at_expiry_bytes
            .filter(|_| forecast == ForecastState::Lasts),
        starts_at: row.starts_at,
        expires_at: row.expires_at,
        read_at: row.read_at,
        received_at: row.received_at,
        country: row.country,
        network: row.network,
        alert_step: row.alert_step,
        next_poll_at,
    }
}

/// Returns the row of an eSIM that the owner may see, or `None` if the eSIM has no bundle yet.
pub fn find_monitored(
    conn: &mut Conn,
    only: Option<Owner>,
    id: EsimId,
) -> Result<Option<MonitorRow>> {
    let mut visible = esims::table
        .filter(esims::id.eq(id))
        .filter(esims::deleted_at.is_null())
        .select(esims::id)
        .into_boxed();
    if let Some(owner) = only {
        visible = visible.filter(esims::user_id.assume_not_null().eq_any(customers_of(owner)));
    }
    visible.first::<EsimId>(conn)?;
    Ok(m::table
        .inner_join(esims::table)
        .left_join(plans::table)
        .left_join(data_providers::table)
        .filter(m::esim_id.eq(id))
        .select(MonitorRow::as_select())
        .first(conn)
        .optional()?)
}
