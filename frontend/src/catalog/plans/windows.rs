//! What a plan has sold for, sells for and will sell for, on a line of time.

use kit::{
    api,
    chart::{Lane, Window, windows},
    format,
    page::loaded,
    session, task,
    ui::card,
};
use leptos::prelude::*;
use wire::{
    Filter, Permission, PlanId,
    catalog::pricing::{Price, PriceFilter},
};

/// Draws it; nothing for who may not see prices, or while there is none.
pub fn part(id: PlanId, again: RwSignal<u32>) -> AnyView {
    if !untrack(|| session::can(Permission::PricingRead)) {
        return ().into_any();
    }
    let filter = PriceFilter {
        plan_id: Some(id),
        ..PriceFilter::default()
    };
    let ask = move || {
        let mut pairs = filter.pairs();
        pairs.push(("limit", "100".to_owned()));
        task(async move { Ok(api::page::<Price>(&pairs).await?.data) })
    };
    loaded(again, ask, |prices| {
        if prices.is_empty() {
            return ().into_any();
        }
        let line = windows("Prices over time", lanes(&prices), format::now());
        card("Prices over time", line)
    })
}

/// One lane for each region and currency, the global ones first.
pub fn lanes(prices: &[Price]) -> Vec<Lane> {
    let mut lanes: Vec<((bool, String), Lane)> = Vec::new();
    for price in prices {
        let label = format!("{} · {}", format::place(&price.region), price.currency);
        let key = (price.region != wire::region::GLOBAL, label.clone());
        let window = Window {
            label: format::money(&price.selling_price, price.currency),
            note: price.note.clone().unwrap_or_default(),
            from: price.effective_from,
            to: price.effective_to,
            href: format!("/catalog/pricing/{}", price.id),
        };
        match lanes.iter_mut().find(|(known, _)| *known == key) {
            Some((_, lane)) => lane.windows.push(window),
            None => lanes.push((
                key,
                Lane {
                    label,
                    windows: vec![window],
                },
            )),
        }
    }
    lanes.sort_by(|one, other| one.0.cmp(&other.0));
    lanes.into_iter().map(|(_, lane)| lane).collect()
}
