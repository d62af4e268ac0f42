//! Business rules of comparisons: compare a price list with the catalog, publish it or discard it.

mod comparison;

use super::{
    import::{
        package::{self, ParsedRow},
        planned_changes::{CatalogSnapshot, PlannedChange, PriceListUpdate, RowAction},
    },
    query,
};
use comparison::{Comparison, parse_stored_row};
use wire::{
    PriceListId, ProblemCode, ProviderId,
    catalog::{
        plans::PlanImportOptions,
        price_lists::{
            PriceList, PriceListChange, PriceListOptions, PriceListRow, PriceListState,
            PublishPriceList,
        },
    },
    integrations::providers::ProviderAdapter,
    system::audit::AuditAction,
};

use chrono::{DateTime, Utc};
use integrations::providers::offers;
use platform::{
    Actor, Error, Result, Tx, Upload,
    audit::{self, AuditEvent},
    import,
    settings::{self, MinimumMargin},
};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// Compares a price list with the catalog.
pub fn compare(
    tx: &mut Tx<'_>,
    actor: &Actor,
    adapters: &[ProviderAdapter],
    options: &PriceListOptions,
    list: &Upload,
    now: DateTime<Utc>,
) -> Result<PriceList> {
    let provider = options.provider_id.ok_or_else(|| {
        Error::field(
            "provider_id",
            "required",
            "Choose the provider of the list.",
        )
    })?;
    let import_options = PlanImportOptions {
        markup: options.markup.clone(),
        currency: options.currency,
        publish: options.publish,
        ..PlanImportOptions::default()
    };
    let parsed = package::parse_rows(&import::table(list)?, &import_options, None);
    compare_rows(tx, actor, adapters, provider, parsed, now)
}

/// Compares the packages of a provider with the catalog. Nothing is published.
pub fn compare_rows(
    tx: &mut Tx<'_>,
    actor: &Actor,
    adapters: &[ProviderAdapter],
    provider: ProviderId,
    parsed: Vec<ParsedRow>,
    now: DateTime<Utc>,
) -> Result<PriceList> {
    let snapshot = CatalogSnapshot::load(tx, adapters, provider, now)?;
    let margin = settings::get(tx.conn(), MinimumMargin)?;
    let (_, rows) = Comparison::new(&snapshot, margin, parsed).into_parts();
    if let Some(older) = query::discard_open(tx, provider, actor.id, now)? {
        audit::record(
            tx,
            actor,
            AuditEvent::new(AuditAction::PriceListDiscard, older),
        )?;
    }
    let id = query::insert(tx, provider, &rows, actor.id, now)?;
    let price_list = query::find(tx.conn(), id)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::PriceListCreate, id).with_change(audit_summary(&price_list)),
    )?;
    Ok(price_list)
}

fn audit_summary(price_list: &PriceList) -> serde_json::Value {
    json!({
        "provider_id": price_list.provider_id, "new": price_list.new, "changed": price_list.changed, "gone": price_list.gone,
        "unchanged": price_list.unchanged, "refused": price_list.refused,
    })
}

/// Publishes packages of a comparison.
pub fn publish(
    tx: &mut Tx<'_>,
    actor: &Actor,
    adapters: &[ProviderAdapter],
    id: PriceListId,
    version: i32,
    request: &PublishPriceList,
    now: DateTime<Utc>,
) -> Result<PriceList> {
    // Every transaction locks the provider before the comparison, so that two of them do not deadlock.
    let provider = query::find_with_all_rows(tx.conn(), id)?.provider_id;
    let snapshot = CatalogSnapshot::load(tx, adapters, provider, now)?;
    query::lock(tx, id)?;
    let price_list = query::find_with_all_rows(tx.conn(), id)?;
    ensure_open(&price_list, version)?;
    let margin = settings::get(tx.conn(), MinimumMargin)?;
    let stored = price_list
        .rows
        .iter()
        .filter_map(parse_stored_row)
        .collect();
    let (changes, current_rows) = Comparison::new(&snapshot, margin, stored).into_parts();

    let chosen = chosen_skus(&price_list.rows, request)?;
    ensure_unchanged(&price_list.rows, &current_rows, &chosen)?;
    let has_reason = request
        .reason
        .as_deref()
        .is_some_and(|text| !text.trim().is_empty());
    let is_chosen = |row: &&PriceListRow| chosen.contains(row.sku.as_str());
    if !has_reason
        && price_list
            .rows
            .iter()
            .filter(is_chosen)
            .any(|row| row.needs_reason)
    {
        return Err(Error::field(
            "reason",
            "required",
            "A price is below the cost or the minimum margin. Enter a reason.",
        ));
    }
    let mut rows = price_list.rows.clone();
    for row in &mut rows {
        row.published = chosen.contains(row.sku.as_str());
    }
    let reason = request.reason.as_deref();
    apply(tx, actor, provider, reason, changes, &rows, now)?;
    let state = PriceListState::Published;
    if !query::close(tx, id, version, state, Some(rows.as_slice()), actor.id, now)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let published = json!({ "provider_id": provider, "published": chosen.len() });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::PriceListPublish, id)
            .with_change(published)
            .with_reason(reason),
    )?;
    query::find(tx.conn(), id)
}

/// Discards a comparison.
pub fn discard(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: PriceListId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<PriceList> {
    query::lock(tx, id)?;
    ensure_open(&query::find(tx.conn(), id)?, version)?;
    let state = PriceListState::Discarded;
    if !query::close(tx, id, version, state, None, actor.id, now)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::PriceListDiscard, id),
    )?;
    query::find(tx.conn(), id)
}

/// Rejects a comparison that is closed or has another version.
fn ensure_open(price_list: &PriceList, version: i32) -> Result<()> {
    if price_list.state != PriceListState::Open {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            format!("The comparison is already {}.", price_list.state),
        ));
    }
    if price_list.version == version {
        Ok(())
    } else {
        Err(Error::refuse(ProblemCode::Stale))
    }
}

/// Returns the SKUs to publish: those of the request, or all that can be published.
fn chosen_skus<'a>(
    rows: &'a [PriceListRow],
    request: &'a PublishPriceList,
) -> Result<HashSet<&'a str>> {
    let publishable: HashSet<&str> = rows
        .iter()
        .filter(|row| row.is_publishable())
        .map(|row| row.sku.as_str())
        .collect();
    let Some(named) = &request.skus else {
        return match publishable.is_empty() {
            true => Err(Error::with_detail(
                ProblemCode::Conflict,
                "There is nothing to publish. Discard the comparison.",
            )),
            false => Ok(publishable),
        };
    };
    for (index, sku) in named.iter().enumerate() {
        if !publishable.contains(sku.as_str()) {
            return Err(Error::field(
                format!("skus.{index}"),
                "unknown",
                "This package cannot be published: it is not in the list, unchanged, or invalid.",
            ));
        }
    }
    Ok(named.iter().map(String::as_str).collect())
}

/// Rejects the request if a chosen row would now have another effect than the comparison shows.
fn ensure_unchanged(
    compared: &[PriceListRow],
    current: &[PriceListRow],
    chosen: &HashSet<&str>,
) -> Result<()> {
    let current: HashMap<&str, &PriceListRow> =
        current.iter().map(|row| (row.sku.as_str(), row)).collect();
    let changed: Vec<&str> = compared
        .iter()
        .filter(|row| chosen.contains(row.sku.as_str()))
        .filter(|row| current.get(row.sku.as_str()).is_none_or(|now| now != row))
        .map(|row| row.sku.as_str())
        .take(5)
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    Err(Error::with_detail(
        ProblemCode::Conflict,
        format!(
            "The catalog has changed since the list was compared: {}. Upload the list again.",
            changed.join(", ")
        ),
    ))
}

/// Applies the changes of the published rows.
fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    provider: ProviderId,
    note: Option<&str>,
    changes: Vec<PlannedChange<'_>>,
    rows: &[PriceListRow],
    now: DateTime<Utc>,
) -> Result<()> {
    let published: HashSet<&str> = rows
        .iter()
        .filter(|row| row.published)
        .map(|row| row.sku.as_str())
        .collect();
    // Unchanged rows are always applied: the list has confirmed these offers.
    let changes: Vec<PlannedChange<'_>> = changes
        .into_iter()
        .filter(|change| {
            matches!(change.action, RowAction::Keep)
                || published.contains(change.package().sku.as_str())
        })
        .collect();
    let update = PriceListUpdate {
        provider,
        audit_reason: "price list",
        note,
        now,
    };
    update.apply(tx, actor, &changes)?;
    let removed: Vec<&str> = rows
        .iter()
        .filter(|row| row.published && row.change == PriceListChange::Gone)
        .map(|row| row.sku.as_str())
        .collect();
    let deactivated = offers::deactivate(tx, provider, &removed)?;
    let events = deactivated.into_iter().map(|(id, plan)| {
        AuditEvent::new(AuditAction::OfferEdit, id)
            .with_change(
                json!({ "plan_id": plan, "is_active": { "before": true, "after": false } }),
            )
            .with_reason(Some("price list"))
    });
    audit::record_all(tx, actor, events.collect())
}
