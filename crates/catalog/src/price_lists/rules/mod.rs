//! Decisions about price lists that wait for somebody to say what of them holds.

mod compared;

use super::query;
use crate::plans::rules::{
    decided::{Decided, Deed, World, Writer},
    package,
};
use compared::{Compared, reread};
use wire::{
    PriceListId, ProblemCode, ProviderId,
    catalog::{
        plans::PlanImportOptions,
        price_lists::{
            PriceList, PriceListChange, PriceListOptions, PriceListRow, PriceListState,
            PublishPriceList,
        },
    },
    integrations::providers::Adapter,
};

use chrono::{DateTime, Utc};
use integrations::providers::offers;
use platform::{
    Actor, Error, Result, Tx, Upload,
    audit::{self, Act},
    import,
    settings::{self, MinimumMargin},
};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// Compares a price list with what we sell.
pub fn compare(
    tx: &mut Tx<'_>,
    actor: &Actor,
    adapters: &[Adapter],
    (options, list): (&PriceListOptions, &Upload),
    now: DateTime<Utc>,
) -> Result<PriceList> {
    let provider = options
        .provider_id
        .ok_or_else(|| Error::field("provider_id", "required", "Say whose list it is."))?;
    let reading = PlanImportOptions {
        markup: options.markup.clone(),
        currency: options.currency,
        publish: options.publish,
        ..PlanImportOptions::default()
    };
    let readings = package::read_all(&import::table(list)?, &reading, None);
    let (world, margin) = (
        World::of(tx, adapters, provider, now)?,
        settings::get(tx.conn(), MinimumMargin)?,
    );
    let (_, rows) = Compared::of(&world, margin, readings).split();
    if let Some(older) = query::discard_open(tx, provider, actor.id, now)? {
        audit::record(
            tx,
            actor,
            Act::new("price_list.discard", "price_list", older.0),
        )?;
    }
    let id = query::insert(tx, provider, &rows, actor.id, now)?;
    let price_list = query::find(tx.conn(), id)?;
    audit::record(
        tx,
        actor,
        Act::new("price_list.create", "price_list", id.0).changing(told(&price_list)),
    )?;
    Ok(price_list)
}

fn told(price_list: &PriceList) -> serde_json::Value {
    json!({
        "provider_id": price_list.provider_id, "new": price_list.new, "changed": price_list.changed, "gone": price_list.gone,
        "unchanged": price_list.unchanged, "refused": price_list.refused,
    })
}

/// Publishes packages of a comparison.
pub fn publish(
    tx: &mut Tx<'_>,
    actor: &Actor,
    adapters: &[Adapter],
    (id, version): (PriceListId, i32),
    asked: &PublishPriceList,
    now: DateTime<Utc>,
) -> Result<PriceList> {
    // The provider before the comparison, as everybody takes them.
    let provider = query::whole(tx.conn(), id)?.provider_id;
    let world = World::of(tx, adapters, provider, now)?;
    query::lock(tx, id)?;
    let price_list = query::whole(tx.conn(), id)?;
    open(&price_list, version)?;
    let margin = settings::get(tx.conn(), MinimumMargin)?;
    let again = price_list.rows.iter().filter_map(reread).collect();
    let (decided, fresh) = Compared::of(&world, margin, again).split();

    let chosen = chosen(&price_list.rows, asked)?;
    still(&price_list.rows, &fresh, &chosen)?;
    let is_said = asked
        .reason
        .as_deref()
        .is_some_and(|text| !text.trim().is_empty());
    let is_chosen = |row: &&PriceListRow| chosen.contains(row.sku.as_str());
    if !is_said
        && price_list
            .rows
            .iter()
            .filter(is_chosen)
            .any(|row| row.needs_reason)
    {
        return Err(Error::field(
            "reason",
            "required",
            "Something would sell below cost or leave too little: say why.",
        ));
    }
    let mut rows = price_list.rows.clone();
    for row in &mut rows {
        row.published = chosen.contains(row.sku.as_str());
    }
    let why = asked.reason.as_deref();
    write(tx, actor, (provider, why), (decided, &rows), now)?;
    let closing = (PriceListState::Published, Some(rows.as_slice()));
    if !query::close(tx, (id, version), closing, actor.id, now)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let published = json!({ "provider_id": provider, "published": chosen.len() });
    audit::record(
        tx,
        actor,
        Act::new("price_list.publish", "price_list", id.0)
            .changing(published)
            .because(why),
    )?;
    query::find(tx.conn(), id)
}

/// Discards a comparison.
pub fn discard(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (PriceListId, i32),
    now: DateTime<Utc>,
) -> Result<PriceList> {
    query::lock(tx, id)?;
    open(&query::find(tx.conn(), id)?, version)?;
    let closing = (PriceListState::Discarded, None);
    if !query::close(tx, (id, version), closing, actor.id, now)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(
        tx,
        actor,
        Act::new("price_list.discard", "price_list", id.0),
    )?;
    query::find(tx.conn(), id)
}

fn open(price_list: &PriceList, version: i32) -> Result<()> {
    if price_list.state != PriceListState::Open {
        return Err(Error::because(
            ProblemCode::WrongState,
            format!("It is {} already.", price_list.state),
        ));
    }
    if price_list.version == version {
        Ok(())
    } else {
        Err(Error::refuse(ProblemCode::Stale))
    }
}

/// The SKUs that are to be published.
fn chosen<'a>(rows: &'a [PriceListRow], asked: &'a PublishPriceList) -> Result<HashSet<&'a str>> {
    let can: HashSet<&str> = rows
        .iter()
        .filter(|row| row.is_publishable())
        .map(|row| row.sku.as_str())
        .collect();
    let Some(named) = &asked.skus else {
        return match can.is_empty() {
            true => Err(Error::because(
                ProblemCode::Conflict,
                "There is nothing to publish: discard it.",
            )),
            false => Ok(can),
        };
    };
    for (place, sku) in named.iter().enumerate() {
        if !can.contains(sku.as_str()) {
            return Err(Error::field(
                format!("skus.{place}"),
                "unknown",
                "This package cannot be published: it is not in the list, as we have it, or refused.",
            ));
        }
    }
    Ok(named.iter().map(String::as_str).collect())
}

/// What was chosen must still mean what was shown.
fn still(shown: &[PriceListRow], fresh: &[PriceListRow], chosen: &HashSet<&str>) -> Result<()> {
    let fresh: HashMap<&str, &PriceListRow> =
        fresh.iter().map(|row| (row.sku.as_str(), row)).collect();
    let moved: Vec<&str> = shown
        .iter()
        .filter(|row| chosen.contains(row.sku.as_str()))
        .filter(|row| fresh.get(row.sku.as_str()).is_none_or(|now| now != row))
        .map(|row| row.sku.as_str())
        .take(5)
        .collect();
    if moved.is_empty() {
        return Ok(());
    }
    Err(Error::because(
        ProblemCode::Conflict,
        format!(
            "Our side has changed since the list was compared: {}. Send the list again.",
            moved.join(", ")
        ),
    ))
}

fn write(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (provider, note): (ProviderId, Option<&str>),
    (decided, rows): (Vec<Decided<'_>>, &[PriceListRow]),
    now: DateTime<Utc>,
) -> Result<()> {
    let published: HashSet<&str> = rows
        .iter()
        .filter(|row| row.published)
        .map(|row| row.sku.as_str())
        .collect();
    // What is as we have it was confirmed by the list, chosen or not.
    let decided: Vec<Decided<'_>> = decided
        .into_iter()
        .filter(|one| {
            matches!(one.deed, Deed::Keep) || published.contains(one.package().sku.as_str())
        })
        .collect();
    let writer = Writer {
        provider,
        why: "price list",
        note,
        now,
    };
    writer.write(tx, actor, &decided)?;
    let gone: Vec<&str> = rows
        .iter()
        .filter(|row| row.published && row.change == PriceListChange::Gone)
        .map(|row| row.sku.as_str())
        .collect();
    let off = offers::switch_off(tx, provider, &gone)?;
    let acts = off.into_iter().map(|(id, plan)| {
        Act::new("offer.edit", "offer", id.0)
            .changing(json!({ "plan_id": plan, "is_active": { "before": true, "after": false } }))
            .because(Some("price list"))
    });
    audit::record_all(tx, actor, acts.collect())
}
