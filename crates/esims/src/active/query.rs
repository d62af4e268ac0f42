//! SQL of the eSIMs in use.

use crate::inventory;
use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*, sql_types};
use platform::{Actor, Conn, Result, any_of, page};
use schema::{data_providers, esims, plans};
use std::collections::HashMap;
use wire::{
    Decimal, EsimId, Page, Paging, PlanId, ProviderId, UserId,
    esims::{
        active::*,
        inventory::{EsimFilter, EsimStatus, ProfileState},
    },
};

/// The statuses of an eSIM in use.
const IN_USE: [EsimStatus; 2] = [EsimStatus::Active, EsimStatus::Suspended];

#[derive(Queryable, Selectable)]
#[diesel(table_name = esims, check_for_backend(Pg))]
struct Row {
    id: EsimId,
    iccid: String,
    user_id: Option<UserId>,
    plan_id: Option<PlanId>,
    #[diesel(select_expression = plans::name.nullable())]
    plan_name: Option<String>,
    provider_id: Option<ProviderId>,
    #[diesel(select_expression = data_providers::name.nullable())]
    provider_name: Option<String>,
    status: EsimStatus,
    profile_state: ProfileState,
    provider_state: Option<String>,
    provider_state_at: Option<DateTime<Utc>>,
    eid: Option<String>,
    activated_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    version: i32,
    created_at: DateTime<Utc>,
}

/// Returns one page of the eSIMs in use that the actor may see.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &ActiveEsimFilter,
    paging: &Paging<ActiveEsimSort>,
) -> Result<Page<ActiveEsim>> {
    let page: Page<Row> = page!(conn, paging, matching(actor, filter) => Row, tie esims::id, {
        ActiveEsimSort::ExpiresAt => nullable esims::expires_at,
        ActiveEsimSort::ActivatedAt => nullable esims::activated_at,
        ActiveEsimSort::LastSeenAt => nullable esims::provider_state_at,
        ActiveEsimSort::Iccid => esims::iccid,
    })?;
    let ids: Vec<EsimId> = page.data.iter().map(|row| row.id).collect();
    let service = current_service(conn, &ids)?;
    let is_staff = actor.owner_filter().is_none();
    page.try_map(|row| {
        let service = service.get(&row.id);
        Ok(to_response(row, service, is_staff))
    })
}

fn matching(actor: &Actor, f: &ActiveEsimFilter) -> inventory::EsimRows {
    let inventory = EsimFilter {
        q: f.q.clone(),
        profile_state: f.profile_state.clone(),
        user_id: f.user_id,
        plan_id: f.plan_id,
        provider_id: f.provider_id,
        expires_at_from: f.expires_at_from,
        expires_at_to: f.expires_at_to,
        ..EsimFilter::default()
    };
    let mut rows =
        inventory::matching(actor.owner_filter(), &inventory).filter(esims::status.eq_any(IN_USE));
    rows = any_of!(rows, esims::status, f.status);
    if let Some(from) = f.activated_at_from {
        rows = rows.filter(esims::activated_at.ge(from));
    }
    if let Some(to) = f.activated_at_to {
        rows = rows.filter(esims::activated_at.lt(to));
    }
    rows
}

/// The bundles of an eSIM that are active or queued, and its last reading.
#[derive(QueryableByName)]
struct Service {
    #[diesel(sql_type = sql_types::Uuid)]
    esim_id: EsimId,
    #[diesel(sql_type = sql_types::BigInt)]
    active: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    queued: i64,
    #[diesel(sql_type = sql_types::Bool)]
    is_unlimited: bool,
    #[diesel(sql_type = sql_types::BigInt)]
    total_bytes: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    used_bytes: i64,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    read_at: Option<DateTime<Utc>>,
}

/// A first bundle that was sold before the status was kept per bundle is queued, although its eSIM is active.
const SERVICE: &str = "SELECT i.id AS esim_id, count(*) FILTER (WHERE c.is_active) AS active, count(*) FILTER (WHERE c.is_active = false) AS queued, \
    coalesce(bool_or(c.is_active AND c.total_bytes IS NULL), false) AS is_unlimited, \
    coalesce(sum(c.total_bytes) FILTER (WHERE c.is_active), 0)::bigint AS total_bytes, \
    coalesce(sum(c.used_bytes) FILTER (WHERE c.is_active), 0)::bigint AS used_bytes, \
    (SELECT max(u.recorded_at) FROM esim_data_usage u WHERE u.esim_id = i.id) AS read_at \
    FROM unnest($1::uuid[]) AS i(id) LEFT JOIN LATERAL ( \
        SELECT (b.status = 'active' OR (o.kind = 'new' AND b.starts_at IS NULL AND e.activated_at IS NOT NULL)) AS is_active, b.total_bytes, \
            greatest(b.used_bytes, coalesce((SELECT max(u.used_bytes) FROM esim_data_usage u \
                WHERE u.esim_id = b.esim_id AND u.period_end > b.created_at AND (o.kind = 'new' OR u.period_start >= b.starts_at)), 0)) AS used_bytes \
        FROM esim_bundles b JOIN orders o ON o.id = b.order_id JOIN esims e ON e.id = b.esim_id \
        WHERE b.esim_id = i.id AND b.status IN ('queued', 'active')) c ON true GROUP BY i.id";

fn current_service(conn: &mut Conn, ids: &[EsimId]) -> Result<HashMap<EsimId, Service>> {
    let rows: Vec<Service> = diesel::sql_query(SERVICE)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
        .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.esim_id, row)).collect())
}

fn to_response(row: Row, service: Option<&Service>, is_staff: bool) -> ActiveEsim {
    let total_bytes = service
        .filter(|service| service.active > 0 && !service.is_unlimited)
        .map(|service| service.total_bytes);
    let used_bytes = service.map_or(0, |service| service.used_bytes);
    let used_percent =
        total_bytes.and_then(|total| Decimal::from(used_bytes).percent_of(&Decimal::from(total)));
    let read_at = service.and_then(|service| service.read_at);
    ActiveEsim {
        id: row.id,
        iccid: row.iccid,
        user_id: row.user_id,
        plan_id: row.plan_id,
        plan_name: row.plan_name,
        provider_id: row.provider_id.filter(|_| is_staff),
        provider_name: row.provider_name.filter(|_| is_staff),
        status: row.status,
        profile_state: row.profile_state,
        provider_state: row.provider_state.filter(|_| is_staff),
        eid: row.eid,
        used_bytes,
        total_bytes,
        used_percent,
        queued_bundles: service.map_or(0, |service| service.queued),
        activated_at: row.activated_at,
        expires_at: row.expires_at,
        last_seen_at: row.provider_state_at.max(read_at),
        version: row.version,
        created_at: row.created_at,
    }
}
