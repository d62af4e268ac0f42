//! The prices of a plan over time.

use kit::{
    api,
    chart::{Lane, Period, periods},
    format,
    page::load_on,
    session, task,
    ui::card,
};
use leptos::prelude::*;
use wire::{
    Filter, Permission, PlanId,
    catalog::pricing::{Price, PriceFilter},
};

/// Draws the card; nothing for users who may not see prices, or without a price.
pub fn price_timeline(id: PlanId, reload: RwSignal<u32>) -> AnyView {
    if !untrack(|| session::can(Permission::PricingRead)) {
        return ().into_any();
    }
    let filter = PriceFilter {
        plan_id: Some(id),
        ..PriceFilter::default()
    };
    let fetch = move || {
        let mut pairs = filter.pairs();
        pairs.push(("limit", "100".to_owned()));
        task(async move { Ok(api::page::<Price>(&pairs).await?.data) })
    };
    load_on(reload, fetch, |prices| {
        if prices.is_empty() {
            return ().into_any();
        }
        let line = periods("Prices over time", lanes(&prices), format::now());
        card("Prices over time", line)
    })
}

/// Returns one lane for each region and currency, the global ones first.
pub fn lanes(prices: &[Price]) -> Vec<Lane> {
    let mut lanes: Vec<((bool, String), Lane)> = Vec::new();
    for price in prices {
        let label = format!(
            "{} · {}",
            format::region_name(&price.region),
            price.currency
        );
        let key = (price.region != wire::region::GLOBAL, label.clone());
        let window = Period {
            label: format::money(&price.selling_price, price.currency),
            note: price.note.clone().unwrap_or_default(),
            from: price.effective_from,
            to: price.effective_to,
            href: format!("/catalog/pricing/{}", price.id),
        };
        match lanes.iter_mut().find(|(known, _)| *known == key) {
            Some((_, lane)) => lane.periods.push(window),
            None => lanes.push((
                key,
                Lane {
                    label,
                    periods: vec![window],
                },
            )),
        }
    }
    lanes.sort_by(|one, other| one.0.cmp(&other.0));
    lanes.into_iter().map(|(_, lane)| lane).collect()
}
