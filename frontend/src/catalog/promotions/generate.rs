//! Many codes at once, and how to take them away.

use super::form::{limits, worth};
use kit::{
    api::{self, Call, with_query},
    form::{code_field, end_field, number_field, text_field, time_field, toggle_field},
    format::{count, plural},
    page::{SmallForm, card_page, small_form},
    task,
    ui::{Bring, Icon, Look, card, link_button, task_button, until},
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Resource,
    catalog::promotions::{NewPromotions, Promotion, PromotionBatch},
};

/// Draws it.
pub fn screen() -> AnyView {
    card_page(
        "Generate codes",
        "Up to 1,000 codes on the same terms, random so that they cannot be guessed. They share a campaign, by which they are found, exported and counted.",
        vec![card("Codes", until(ask, |batch| made(&batch)))],
    )
}

fn ask(bring: Bring<PromotionBatch>) -> AnyView {
    let first = [
        text_field("campaign", "Campaign").example("Spring flyer"),
        number_field("count", "How many").help("1 to 1,000."),
        code_field("prefix", "Prefix")
            .optional()
            .example("SPRING-")
            .help("What every code begins with."),
    ];
    let last = [
        time_field("valid_from", "From")
            .optional()
            .help("Leave it empty to begin at once."),
        end_field("valid_to", "Until"),
        toggle_field("is_active", "Active").help("Customers can use them."),
    ];
    let fields = first.into_iter().chain(worth()).chain(limits()).chain(last);
    let form = SmallForm::new("Generate", fields).begin(json!({
        "count": 100, "discount_type": "percentage", "max_uses": 1, "is_active": true
    }));
    small_form(form, move |many: NewPromotions| {
        let bring = bring.clone();
        task(async move {
            let call = Call::post(format!("{}/generate", Promotion::PATH)).json(&many);
            bring(api::send(call).await?.json::<PromotionBatch>().await?);
            Ok(())
        })
    })
}

fn made(batch: &PromotionBatch) -> AnyView {
    let says = format!(
        "{} {} made for {}.",
        count(i64::try_from(batch.count).unwrap_or(i64::MAX)),
        plural(batch.count, "code was", "codes were"),
        batch.campaign
    );
    let narrowed = [("campaign", batch.campaign.clone())];
    let list = with_query("/catalog/promotions", &narrowed);
    let asked = [
        ("campaign", batch.campaign.clone()),
        ("bom", "true".to_owned()),
    ];
    let csv = with_query(&format!("{}/export", Promotion::PATH), &asked);
    let save = move || {
        let csv = csv.clone();
        task(async move { api::download(&csv, "codes.csv").await })
    };
    let first: Vec<String> = batch.codes.iter().take(20).cloned().collect();
    let rest = batch.count.saturating_sub(first.len());
    let more = (rest > 0).then(|| view! { <p class="muted">{format!("and {rest} more.")}</p> });
    view! {
        <p class="banner" role="status" data-tone="good">{says}</p>
        <div class="actions">
            {task_button("Download as CSV", Look::Primary, Some(Icon::Download), "The codes were saved", save)}
            {link_button("Show them", Look::Plain, Some(Icon::TicketPercent), list)}
        </div>
        <ul class="tags">{first.into_iter().map(|code| view! { <li class="tag mono">{code}</li> }).collect_view()}</ul>
        {more}
    }
    .into_any()
}
