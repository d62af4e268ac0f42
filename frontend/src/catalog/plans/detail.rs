//! The page of one plan: its terms, its prices and its offers.

use super::{availability, price_timeline, validity, validity_start};
use crate::integrations::routing::candidates;
use kit::{
    api,
    format::{megabytes, region_name},
    page::{Related, action, detail_page, load_on, related},
    session,
    table::{ago, count, day, money, state, text, until, value},
    task,
    ui::{Icon, Tone, Value, card},
};
use leptos::prelude::*;
use wire::{
    Permission, PlanId, Resource,
    catalog::{
        plans::Plan,
        pricing::{Price, PriceFilter},
    },
    integrations::{
        providers::{Offer, OfferFilter},
        routing::RoutingDecision,
    },
};

/// Draws the detail page.
pub fn screen(id: PlanId) -> AnyView {
    let archive = action(
        "Archive",
        "archived",
        Permission::PlansWrite,
        |plan: Plan| async move { api::remove(&plan).await },
    )
    .asks("The plan is no longer for sale. Existing orders keep their terms.")
    .when(|plan| plan.deleted_at.is_none())
    .danger()
    .undo(super::unarchive);
    let restore = action(
        "Restore",
        "restored",
        Permission::PlansWrite,
        |plan: Plan| async move { api::restore(&plan).await },
    )
    .when(|plan| plan.deleted_at.is_some())
    .icon(Icon::RotateCcw);
    let duplicate = action(
        "Duplicate",
        "duplicated",
        Permission::PlansWrite,
        |plan: Plan| async move {
            let copy: Plan = api::post_action_for_result(&plan, "duplicate", &()).await?;
            kit::go(&format!("/catalog/plans/{}/edit", copy.id));
            Ok(())
        },
    )
    .when(|plan| plan.deleted_at.is_none())
    .icon(Icon::Copy);
    detail_page::<Plan>(id)
        .badge(availability)
        .edit(Permission::PlansWrite, |plan| {
            plan.deleted_at
                .is_none()
                .then(|| format!("/catalog/plans/{}/edit", plan.id))
        })
        .action(archive)
        .action(duplicate)
        .action(restore)
        .fact("Data", |plan| {
            Value::text(megabytes(plan.data_limit_mb.as_ref()))
        })
        .fact("Validity", |plan| Value::text(validity(plan)))
        .fact("Validity starts", |plan| Value::text(validity_start(plan)))
        .fact("Activate within", |plan| {
            Value::maybe(plan.activate_within_days.map(|days| format!("{days} days")))
        })
        .fact("Fair use", |plan| Value::maybe(fair_use(plan)))
        .fact("Minutes", |plan| Value::count(plan.voice_minutes))
        .fact("Messages", |plan| Value::count(plan.sms_count))
        .fact("Top-up", |plan| Value::yes_no(plan.topup_allowed))
        .fact("Hotspot", |plan| Value::yes_no(plan.hotspot_allowed))
        .fact("APN", |plan| {
            plan.apn.clone().map_or_else(Value::absent, Value::code)
        })
        .fact("KYC required", |plan| Value::yes_no(plan.kyc_required))
        .fact("Created", |plan| Value::time(plan.created_at))
        .fact("Updated", |plan| Value::ago(plan.updated_at))
        .fact("Archived", |plan| Value::maybe_time(plan.deleted_at))
        .fact("ID", |plan| Value::code(plan.id.to_string()))
        .card("Description", |plan| {
            plan.description
                .clone()
                .map(|text| view! { <p class="prose">{text}</p> }.into_any())
        })
        .card("Coverage", |plan| Some(regions(plan)))
        .part(move |reload| price_timeline::price_timeline(id, reload))
        .related(prices(id))
        .related(offers(id))
        .part(move |reload| super::offers::priority_card(id, reload))
        .part(move |reload| routing(id, reload))
        .history("plan")
        .show()
}

/// Returns the fair use limit, such as `2 GB a day, then 512 kbit/s`.
fn fair_use(plan: &Plan) -> Option<String> {
    let limit = plan.daily_limit_mb.as_ref()?;
    let then = plan
        .throttled_kbps
        .map(|speed| format!(", then {speed} kbit/s"))
        .unwrap_or_default();
    Some(format!("{} a day{then}", megabytes(Some(limit))))
}

fn regions(plan: &Plan) -> AnyView {
    let one = |code: &String| view! { <li class="tag" title=code.clone()>{region_name(code)}</li> };
    view! { <ul class="tags">{plan.regions.0.iter().map(one).collect_view()}</ul> }.into_any()
}

fn prices(id: PlanId) -> Related<Price> {
    related::<Price>(
        "Prices",
        Permission::PricingRead,
        PriceFilter {
            plan_id: Some(id),
            ..PriceFilter::default()
        },
    )
    .column(text("Region", |price: &Price| region_name(&price.region)))
    .column(money("Price", |price: &Price| {
        (Some(price.selling_price.clone()), price.currency)
    }))
    .column(money("Cost", |price: &Price| {
        (price.cost_price.clone(), price.currency)
    }))
    .column(day("From", |price: &Price| Some(price.effective_from)))
    .column(until("Until", |price: &Price| price.effective_to))
    .all("/catalog/pricing")
    .add(
        "New price",
        format!("/catalog/pricing/new?plan_id={id}"),
        Permission::PricingWrite,
    )
    .empty("No prices yet. A plan without a price cannot be bought.")
}

fn offers(id: PlanId) -> Related<Offer> {
    related::<Offer>(
        "Offers",
        Permission::ProvidersRead,
        OfferFilter {
            plan_id: Some(id),
            ..OfferFilter::default()
        },
    )
    .column(text("Provider", |offer: &Offer| {
        offer.provider_name.clone()
    }))
    .column(text("SKU", |offer: &Offer| offer.sku.clone()))
    .column(count("Priority", |offer: &Offer| offer.priority))
    .column(money("Cost", |offer: &Offer| {
        (Some(offer.cost.clone()), offer.currency)
    }))
    .column(money("Minimum price", |offer: &Offer| {
        (offer.minimum_price.clone(), offer.currency)
    }))
    .column(
        value("Stock", |offer: &Offer| {
            offer.stock.map_or_else(Value::absent, Value::count)
        })
        .figures(),
    )
    .column(state("Status", |offer: &Offer| {
        if offer.is_active {
            ("active", Tone::Good)
        } else {
            ("paused", Tone::Neutral)
        }
    }))
    .column(ago("Synced", |offer: &Offer| offer.last_synced_at))
    .opens(|offer| format!("/integrations/offers/{}", offer.id))
    .all("/integrations/offers")
    .add(
        "New offer",
        format!("/integrations/offers/new?plan_id={id}"),
        Permission::ProvidersWrite,
    )
    .empty("No offers: this plan is sold from stock only.")
}

/// Draws the provider that would supply the plan now, with the reason of every candidate.
fn routing(id: PlanId, reload: RwSignal<u32>) -> AnyView {
    if !untrack(|| session::can(Permission::ProvidersRead)) {
        return ().into_any();
    }
    let fetch = move || {
        let path = format!("{}/{id}/routing", Plan::PATH);
        task(async move { api::get::<RoutingDecision>(&path).await })
    };
    card(
        "Who supplies it now",
        load_on(reload, fetch, |decision| candidates(&decision)),
    )
}
