//! The order in which the server tries the offers of a plan.

use kit::{
    api::{self, Call},
    page::load_on,
    session, task,
    ui::{ButtonVariant, Icon, Value, card, task_button},
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Filter, OfferId, Permission, PlanId,
    integrations::providers::{Offer, OfferFilter},
};

/// Draws the card, for users who may change the order, if the plan has at least two offers.
pub fn priority_card(id: PlanId, reload: RwSignal<u32>) -> AnyView {
    if !untrack(|| session::can(Permission::ProvidersWrite)) {
        return ().into_any();
    }
    let filter = OfferFilter {
        plan_id: Some(id),
        ..OfferFilter::default()
    };
    let fetch = move || {
        let mut pairs = filter.pairs();
        pairs.extend([("sort", "priority".to_owned()), ("limit", "100".to_owned())]);
        task(async move { Ok(api::page::<Offer>(&pairs).await?.data) })
    };
    load_on(reload, fetch, move |offers| {
        if offers.len() < 2 {
            return ().into_any();
        }
        let rows = (0..offers.len()).map(|place| row(id, &offers, place, reload));
        let list = view! { <ol class="order-list">{rows.collect_view()}</ol> };
        card("Offer priority", list.into_any())
    })
}

fn row(plan: PlanId, offers: &[Offer], place: usize, reload: RwSignal<u32>) -> AnyView {
    let Some(offer) = offers.get(place) else {
        return ().into_any();
    };
    let ids: Vec<OfferId> = offers.iter().map(|offer| offer.id).collect();
    let move_up = (place > 0).then(|| {
        let mut ids = ids;
        ids.swap(place - 1, place);
        task_button(
            "Move up",
            ButtonVariant::Quiet,
            Some(Icon::ChevronUp),
            "Priority changed",
            move || {
                let ids = ids.clone();
                task(async move {
                    let call = Call::post("/v1/provider-offers/order");
                    api::send(call.json(&json!({ "plan_id": plan, "ids": ids }))).await?;
                    reload.update(|reload| *reload = reload.wrapping_add(1));
                    Ok(())
                })
            },
        )
    });
    let name = Value::text(offer.provider_name.clone()).note(offer.sku.clone());
    view! { <li>{name.view()}<div class="spacer"></div>{move_up}</li> }.into_any()
}
