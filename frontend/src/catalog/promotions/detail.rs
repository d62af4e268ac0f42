//! The page of one promotion: its terms, its effect and its redemptions.

use super::{
    discount,
    effect::effect,
    list::{archive, set_active},
    status, uses,
};
use kit::{
    api,
    format::{count, money},
    page::{Related, action, detail_page, related},
    table::{moment, money as amount, state, text},
    ui::{Icon, Tone, Value},
};
use leptos::prelude::*;
use wire::{
    Permission, PlanId, PromotionId, Resource,
    catalog::{
        plans::Plan,
        promotions::{Promotion, Redemption, RedemptionFilter, RedemptionState},
    },
};

/// Draws the detail page.
pub fn screen(id: PromotionId) -> AnyView {
    let restore = action(
        "Restore",
        "restored",
        Permission::PromotionsWrite,
        |row: Promotion| async move { api::restore(&row).await },
    )
    .when(|row| row.deleted_at.is_some())
    .icon(Icon::RotateCcw);
    detail_page::<Promotion>(id)
        .badge(status)
        .subtitle(|row| match &row.campaign {
            Some(campaign) => format!("{} · {campaign}", discount(row)),
            None => discount(row),
        })
        .edit(Permission::PromotionsWrite, |row| {
            row.deleted_at
                .is_none()
                .then(|| format!("/catalog/promotions/{}/edit", row.id))
        })
        .link(
            "View campaign",
            Icon::TicketPercent,
            Permission::PromotionsRead,
            |row| {
                row.campaign.clone().map(|campaign| {
                    api::with_query("/catalog/promotions", &[("campaign", campaign)])
                })
            },
        )
        .action(set_active(false))
        .action(set_active(true))
        .action(restore)
        .action(archive())
        .part(move |reload| effect(id, false, reload))
        .related(redemptions(id))
        .card("Applies to", |row| {
            row.applicable_plans
                .as_ref()
                .map(|plans| applicable_plans(&plans.0))
        })
        .history("promotion")
        .fact("Used", |row| Value::text(uses(row)))
        .fact("Uses per customer", |row| limit(row.per_user_limit))
        .fact("First orders only", |row| {
            Value::yes_no(row.first_order_only)
        })
        .fact("Minimum order", |row| {
            Value::maybe(
                row.min_spend
                    .as_ref()
                    .zip(row.currency)
                    .map(|(minimum, currency)| money(minimum, currency)),
            )
        })
        .fact("Currency", |row| {
            Value::maybe(row.currency.map(|currency| currency.as_str()))
        })
        .fact("From", |row| Value::time(row.valid_from))
        .fact("Until", |row| Value::until(row.valid_to))
        .fact("Created", |row| Value::time(row.created_at))
        .fact("Archived", |row| Value::maybe_time(row.deleted_at))
        .fact("ID", |row| Value::code(row.id.to_string()))
        .show()
}

fn limit(max: Option<i32>) -> Value {
    max.map_or_else(
        || Value::text("No limit"),
        |max| Value::text(count(max.into())),
    )
}

fn applicable_plans(plans: &[PlanId]) -> AnyView {
    let one = |id: &PlanId| {
        let (id, name) = (*id, RwSignal::new("…".to_owned()));
        leptos::task::spawn_local(async move {
            let found = api::find::<Plan>(id).await;
            let _ = name.try_set(found.map_or_else(|_| id.to_string(), |plan| plan.label()));
        });
        view! { <li class="tag"><a href=format!("/catalog/plans/{id}")>{move || name.get()}</a></li> }
    };
    view! { <ul class="tags">{plans.iter().map(one).collect_view()}</ul> }.into_any()
}

fn redemptions(id: PromotionId) -> Related<Redemption> {
    related::<Redemption>(
        "Redemptions",
        Permission::PromotionsRead,
        RedemptionFilter {
            promotion_id: Some(id),
            ..RedemptionFilter::default()
        },
    )
    .column(text("Order", |redemption: &Redemption| {
        redemption.order_number.clone()
    }))
    .column(text("Customer", |redemption: &Redemption| {
        redemption.customer.clone()
    }))
    .column(state("Status", |redemption: &Redemption| {
        let tone = match redemption.state {
            RedemptionState::Held => Tone::Waiting,
            RedemptionState::Completed => Tone::Good,
            RedemptionState::Released => Tone::Neutral,
        };
        (redemption.state.as_str(), tone)
    }))
    .column(amount("Discount", |redemption: &Redemption| {
        (
            Some(redemption.discount_amount.clone()),
            redemption.currency,
        )
    }))
    .column(moment("Placed", |redemption: &Redemption| {
        Some(redemption.created_at)
    }))
    .opens(|redemption| format!("/billing/orders/{}", redemption.order_id))
    .empty("No redemptions yet.")
}
