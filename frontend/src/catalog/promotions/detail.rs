//! One promotion: its terms, what it has brought, who uses it.

use super::{
    effect::effect,
    list::{delete, switch},
    standing, uses, worth,
};
use kit::{
    api,
    format::{count, money},
    page::{Related, act, detail_page, related},
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

/// Draws it.
pub fn screen(id: PromotionId) -> AnyView {
    let restore = act(
        "Restore",
        "restored",
        Permission::PromotionsWrite,
        |row: Promotion| async move { api::restore(&row).await },
    )
    .when(|row| row.deleted_at.is_some())
    .icon(Icon::RotateCcw);
    detail_page::<Promotion>(id)
        .badge(standing)
        .subtitle(|row| match &row.campaign {
            Some(campaign) => format!("{} · {campaign}", worth(row)),
            None => worth(row),
        })
        .edit(Permission::PromotionsWrite, |row| {
            row.deleted_at
                .is_none()
                .then(|| format!("/catalog/promotions/{}/edit", row.id))
        })
        .link(
            "The campaign",
            Icon::TicketPercent,
            Permission::PromotionsRead,
            |row| {
                row.campaign.clone().map(|campaign| {
                    api::with_query("/catalog/promotions", &[("campaign", campaign)])
                })
            },
        )
        .action(switch(false))
        .action(switch(true))
        .action(restore)
        .action(delete())
        .part(move |again| effect(id, false, again))
        .related(redemptions(id))
        .card("Applies to", |row| {
            row.applicable_plans
                .as_ref()
                .map(|plans| good_for(&plans.0))
        })
        .history("promotion")
        .fact("Used", |row| Value::text(uses(row)))
        .fact("Per customer", |row| limit(row.per_user_limit))
        .fact("First orders only", |row| {
            Value::yes_no(row.first_order_only)
        })
        .fact("Minimum order", |row| {
            Value::maybe(
                row.min_spend
                    .as_ref()
                    .zip(row.currency)
                    .map(|(least, currency)| money(least, currency)),
            )
        })
        .fact("Currency", |row| {
            Value::maybe(row.currency.map(|currency| currency.as_str()))
        })
        .fact("From", |row| Value::time(row.valid_from))
        .fact("Until", |row| Value::until(row.valid_to))
        .fact("Created", |row| Value::time(row.created_at))
        .fact("Deleted", |row| Value::maybe_time(row.deleted_at))
        .fact("Id", |row| Value::code(row.id.to_string()))
        .show()
}

fn limit(most: Option<i32>) -> Value {
    most.map_or_else(
        || Value::text("Without limit"),
        |most| Value::text(count(most.into())),
    )
}

fn good_for(plans: &[PlanId]) -> AnyView {
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
        "Used by",
        Permission::PromotionsRead,
        RedemptionFilter {
            promotion_id: Some(id),
            ..RedemptionFilter::default()
        },
    )
    .column(text("Order", |use_of: &Redemption| {
        use_of.order_number.clone()
    }))
    .column(text("Customer", |use_of: &Redemption| {
        use_of.customer.clone()
    }))
    .column(state("State", |use_of: &Redemption| {
        let tone = match use_of.state {
            RedemptionState::Held => Tone::Waiting,
            RedemptionState::Completed => Tone::Good,
            RedemptionState::Released => Tone::Neutral,
        };
        (use_of.state.as_str(), tone)
    }))
    .column(amount("Discount", |use_of: &Redemption| {
        (Some(use_of.discount_amount.clone()), use_of.currency)
    }))
    .column(moment("Placed", |use_of: &Redemption| {
        Some(use_of.created_at)
    }))
    .opens(|use_of| format!("/billing/orders/{}", use_of.order_id))
    .empty("Nobody has used it yet.")
}
