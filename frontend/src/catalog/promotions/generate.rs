//! The generation of many codes, with the download of the result.

use super::form::{discount_fields, limit_fields};
use kit::{
    api::{self, Call, with_query},
    form::{code_field, end_field, number_field, text_field, time_field, toggle_field},
    format::{count, plural},
    page::{SmallForm, card_page, small_form},
    task,
    ui::{ButtonVariant, Complete, Icon, card, link_button, task_button, wizard},
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Resource,
    catalog::promotions::{NewPromotions, Promotion, PromotionBatch},
};

/// Draws the page.
pub fn screen() -> AnyView {
    card_page(
        "Generate codes",
        "Up to 1,000 random codes with the same terms. They share a campaign, by which you can find, export and count them.",
        vec![card(
            "Codes",
            wizard(generate_form, |batch| generated(&batch)),
        )],
    )
}

fn generate_form(complete: Complete<PromotionBatch>) -> AnyView {
    let first = [
        text_field("campaign", "Campaign").example("Spring flyer"),
        number_field("count", "Number of codes").help("1 to 1,000."),
        code_field("prefix", "Prefix")
            .optional()
            .example("SPRING-")
            .help("The first characters of every code."),
    ];
    let last = [
        time_field("valid_from", "From")
            .optional()
            .help("Leave empty to start now."),
        end_field("valid_to", "Until"),
        toggle_field("is_active", "Active").help("Customers can use the codes."),
    ];
    let fields = first
        .into_iter()
        .chain(discount_fields())
        .chain(limit_fields())
        .chain(last);
    let form = SmallForm::new("Generate codes", fields).begin(json!({
        "count": 100, "discount_type": "percentage", "max_uses": 1, "is_active": true
    }));
    small_form(form, move |many: NewPromotions| {
        let complete = complete.clone();
        task(async move {
            let call = Call::post(format!("{}/generate", Promotion::PATH)).json(&many);
            complete(api::send(call).await?.json::<PromotionBatch>().await?);
            Ok(())
        })
    })
}

fn generated(batch: &PromotionBatch) -> AnyView {
    let text = format!(
        "{} {} generated for {}.",
        count(i64::try_from(batch.count).unwrap_or(i64::MAX)),
        plural(batch.count, "code was", "codes were"),
        batch.campaign
    );
    let by_campaign = [("campaign", batch.campaign.clone())];
    let list = with_query("/catalog/promotions", &by_campaign);
    let export = [
        ("campaign", batch.campaign.clone()),
        ("bom", "true".to_owned()),
    ];
    let csv = with_query(&format!("{}/export", Promotion::PATH), &export);
    let save = move || {
        let csv = csv.clone();
        task(async move { api::download(&csv, "codes.csv").await })
    };
    let first: Vec<String> = batch.codes.iter().take(20).cloned().collect();
    let rest = batch.count.saturating_sub(first.len());
    let more = (rest > 0).then(|| view! { <p class="muted">{format!("and {rest} more.")}</p> });
    view! {
        <p class="banner" role="status" data-tone="good">{text}</p>
        <div class="actions">
            {task_button("Download CSV", ButtonVariant::Primary, Some(Icon::Download), "Codes downloaded", save)}
            {link_button("View codes", ButtonVariant::Plain, Some(Icon::TicketPercent), list)}
        </div>
        <ul class="tags">{first.into_iter().map(|code| view! { <li class="tag mono">{code}</li> }).collect_view()}</ul>
        {more}
    }
    .into_any()
}
