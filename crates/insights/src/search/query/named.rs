//! SQL of objects with names that are not personal data: plans, providers, API clients.

use super::{Row, SearchTerms, exact_limit};
use diesel::prelude::*;
use platform::{Conn, Result, list::search_fold};
use schema::{api_clients as clients, data_providers as providers, plans};
use wire::{ApiClientId, PlanId, ProviderId, accounts::api_clients::ApiClientMode};

/// Finds plans by name, without deleted ones.
pub fn plans(conn: &mut Conn, terms: &SearchTerms) -> Result<Vec<Row>> {
    let [starts_with, contains_text] = &terms.name;
    let found: Vec<(PlanId, String, bool, i32)> = plans::table
        .filter(plans::deleted_at.is_null())
        .filter(
            plans::id
                .eq_any(&terms.ids)
                .or(search_fold(plans::name).like(starts_with))
                .or(search_fold(plans::name).like(contains_text)),
        )
        .order_by((plans::is_active.desc(), plans::name, plans::id))
        .limit(exact_limit())
        .select((
            plans::id,
            plans::name,
            plans::is_active,
            plans::validity_days,
        ))
        .load(conn)?;
    let row = |(id, name, on_sale, days): (PlanId, String, bool, i32)| Row {
        is_exact: terms.is_exact_match(id.0, &name),
        id: id.0,
        title: Some(name),
        notes: vec![format!("{days} days")],
        state: Some(if on_sale { "on_sale" } else { "not_on_sale" }),
        person: None,
    };
    Ok(found.into_iter().map(row).collect())
}

/// Finds providers by name, without deleted ones.
pub fn providers(conn: &mut Conn, terms: &SearchTerms) -> Result<Vec<Row>> {
    let [starts_with, contains_text] = &terms.name;
    let found: Vec<(ProviderId, String, bool, Option<String>)> = providers::table
        .filter(providers::deleted_at.is_null())
        .filter(
            providers::id
                .eq_any(&terms.ids)
                .or(search_fold(providers::name).like(starts_with))
                .or(search_fold(providers::name).like(contains_text)),
        )
        .order_by((providers::name, providers::id))
        .limit(exact_limit())
        .select((
            providers::id,
            providers::name,
            providers::is_active,
            providers::provider_type,
        ))
        .load(conn)?;
    let row = |(id, name, on, kind): (ProviderId, String, bool, Option<String>)| Row {
        is_exact: terms.is_exact_match(id.0, &name),
        id: id.0,
        title: Some(name),
        notes: kind.into_iter().collect(),
        state: Some(if on { "active" } else { "switched_off" }),
        person: None,
    };
    Ok(found.into_iter().map(row).collect())
}

/// Finds API clients by name, revoked ones as well.
pub fn api_clients(conn: &mut Conn, terms: &SearchTerms) -> Result<Vec<Row>> {
    let [starts_with, contains_text] = &terms.name;
    let found: Vec<(ApiClientId, String, ApiClientMode, bool)> = clients::table
        .filter(
            clients::id
                .eq_any(&terms.ids)
                .or(search_fold(clients::name).like(starts_with))
                .or(search_fold(clients::name).like(contains_text)),
        )
        .order_by((clients::name, clients::id))
        .limit(exact_limit())
        .select((
            clients::id,
            clients::name,
            clients::mode,
            clients::revoked_at.is_not_null(),
        ))
        .load(conn)?;
    let row = |(id, name, mode, revoked): (ApiClientId, String, ApiClientMode, bool)| Row {
        is_exact: terms.is_exact_match(id.0, &name),
        id: id.0,
        title: Some(name),
        notes: vec![mode.to_string()],
        state: revoked.then_some("revoked"),
        person: None,
    };
    Ok(found.into_iter().map(row).collect())
}
