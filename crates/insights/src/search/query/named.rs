//! What has a name that anybody may know: plans, providers, API clients.

use super::{Row, Wanted, several};
use diesel::prelude::*;
use platform::{Conn, Result, list::search_fold};
use schema::{api_clients as clients, data_providers as providers, plans};
use wire::{ApiClientId, PlanId, ProviderId, accounts::api_clients::ApiClientMode};

/// Plans that are not withdrawn, by name.
pub fn plans(conn: &mut Conn, wanted: &Wanted) -> Result<Vec<Row>> {
    let [begin, within] = &wanted.name;
    let found: Vec<(PlanId, String, bool, i32)> = plans::table
        .filter(plans::deleted_at.is_null())
        .filter(
            plans::id
                .eq_any(&wanted.ids)
                .or(search_fold(plans::name).like(begin))
                .or(search_fold(plans::name).like(within)),
        )
        .order_by((plans::is_active.desc(), plans::name, plans::id))
        .limit(several())
        .select((
            plans::id,
            plans::name,
            plans::is_active,
            plans::validity_days,
        ))
        .load(conn)?;
    let row = |(id, name, on_sale, days): (PlanId, String, bool, i32)| Row {
        is_exact: wanted.is_exactly(id.0, &name),
        id: id.0,
        title: Some(name),
        notes: vec![format!("{days} days")],
        state: Some(if on_sale { "on_sale" } else { "not_on_sale" }),
        person: None,
    };
    Ok(found.into_iter().map(row).collect())
}

/// Providers by name.
pub fn providers(conn: &mut Conn, wanted: &Wanted) -> Result<Vec<Row>> {
    let [begin, within] = &wanted.name;
    let found: Vec<(ProviderId, String, bool, Option<String>)> = providers::table
        .filter(providers::deleted_at.is_null())
        .filter(
            providers::id
                .eq_any(&wanted.ids)
                .or(search_fold(providers::name).like(begin))
                .or(search_fold(providers::name).like(within)),
        )
        .order_by((providers::name, providers::id))
        .limit(several())
        .select((
            providers::id,
            providers::name,
            providers::is_active,
            providers::provider_type,
        ))
        .load(conn)?;
    let row = |(id, name, on, kind): (ProviderId, String, bool, Option<String>)| Row {
        is_exact: wanted.is_exactly(id.0, &name),
        id: id.0,
        title: Some(name),
        notes: kind.into_iter().collect(),
        state: Some(if on { "active" } else { "switched_off" }),
        person: None,
    };
    Ok(found.into_iter().map(row).collect())
}

/// Integrators' programs by name, those that are locked out among them.
pub fn api_clients(conn: &mut Conn, wanted: &Wanted) -> Result<Vec<Row>> {
    let [begin, within] = &wanted.name;
    let found: Vec<(ApiClientId, String, ApiClientMode, bool)> = clients::table
        .filter(
            clients::id
                .eq_any(&wanted.ids)
                .or(search_fold(clients::name).like(begin))
                .or(search_fold(clients::name).like(within)),
        )
        .order_by((clients::name, clients::id))
        .limit(several())
        .select((
            clients::id,
            clients::name,
            clients::mode,
            clients::revoked_at.is_not_null(),
        ))
        .load(conn)?;
    let row = |(id, name, mode, revoked): (ApiClientId, String, ApiClientMode, bool)| Row {
        is_exact: wanted.is_exactly(id.0, &name),
        id: id.0,
        title: Some(name),
        notes: vec![mode.to_string()],
        state: revoked.then_some("revoked"),
        person: None,
    };
    Ok(found.into_iter().map(row).collect())
}
