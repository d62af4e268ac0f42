//! In which order a plan's offers are asked.

use kit::{
    api::{self, Call},
    page::loaded,
    session, task,
    ui::{Icon, Look, Value, card, task_button},
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Filter, OfferId, Permission, PlanId,
    integrations::providers::{Offer, OfferFilter},
};

/// Draws it, for who may change it, where there is something to be put in order.
pub fn order(id: PlanId, again: RwSignal<u32>) -> AnyView {
    if !untrack(|| session::can(Permission::ProvidersWrite)) {
        return ().into_any();
    }
    let filter = OfferFilter {
        plan_id: Some(id),
        ..OfferFilter::default()
    };
    let ask = move || {
        let mut pairs = filter.pairs();
        pairs.extend([("sort", "priority".to_owned()), ("limit", "100".to_owned())]);
        task(async move { Ok(api::page::<Offer>(&pairs).await?.data) })
    };
    loaded(again, ask, move |offers| {
        if offers.len() < 2 {
            return ().into_any();
        }
        let rows = (0..offers.len()).map(|place| row(id, &offers, place, again));
        let list = view! { <ol class="order-list">{rows.collect_view()}</ol> };
        card("Asked in this order", list.into_any())
    })
}

fn row(plan: PlanId, offers: &[Offer], place: usize, again: RwSignal<u32>) -> AnyView {
    let Some(offer) = offers.get(place) else {
        return ().into_any();
    };
    let ids: Vec<OfferId> = offers.iter().map(|offer| offer.id).collect();
    let sooner = (place > 0).then(|| {
        let mut ids = ids;
        ids.swap(place - 1, place);
        task_button(
            "Ask sooner",
            Look::Quiet,
            Some(Icon::ChevronUp),
            "Put in order",
            move || {
                let ids = ids.clone();
                task(async move {
                    let call = Call::post("/v1/provider-offers/order");
                    api::send(call.json(&json!({ "plan_id": plan, "ids": ids }))).await?;
                    again.update(|again| *again = again.wrapping_add(1));
                    Ok(())
                })
            },
        )
    });
    let name = Value::text(offer.provider_name.clone()).note(offer.sku.clone());
    view! { <li>{name.view()}<div class="spacer"></div>{sooner}</li> }.into_any()
}
