//! A check of the whole record, and what it found.

use super::of;
use kit::{
    api::{self, Call},
    form::text_field,
    format::{count, moment, sentence},
    page::{SmallForm, card_page, small_form, table_of},
    table, task,
    ui::{Bring, Tone, Value, card, copyable, facts, until},
};
use leptos::prelude::*;
use wire::{
    Param,
    system::audit::{AuditHead, AuditVerdict, Finding, VerifyAudit},
};

/// Draws it.
pub fn screen() -> AnyView {
    card_page(
        "Check the record",
        "Every entry of both logs carries a seal and is a link of a chain. The check follows it from the first to the last: whether one was changed, taken away, added, or put elsewhere.",
        vec![card("Check", until(ask, |verdict| told(&verdict)))],
    )
}

fn ask(bring: Bring<AuditVerdict>) -> AnyView {
    let head = text_field("head", "A head that you have noted")
        .optional()
        .help("It is compared with the head that was exported last anyway.");
    let form = SmallForm::new("Check now", [head]);
    small_form(form, move |asked: VerifyAudit| {
        let bring = bring.clone();
        task(async move {
            let call = Call::post("/v1/audit/verify").json(&asked);
            bring(api::send(call).await?.json::<AuditVerdict>().await?);
            Ok(())
        })
    })
}

fn told(verdict: &AuditVerdict) -> AnyView {
    let (tone, says) = if verdict.is_whole {
        (
            "good",
            format!(
                "The record is whole: {} entries, none of them changed, missing or added.",
                count(verdict.links)
            ),
        )
    } else {
        (
            "bad",
            format!(
                "The record was tampered with: {} findings.",
                count(verdict.found)
            ),
        )
    };
    let heads: Vec<String> = verdict
        .compared_with
        .iter()
        .map(|head| format!("link {}", head.seq))
        .collect();
    let compared = Value::maybe(Some(heads.join(", ")).filter(|text| !text.is_empty()));
    let known = facts(vec![
        ("Links", Value::count(verdict.links)),
        ("Linked just now", Value::count(verdict.newly_linked)),
        ("Compared with", compared),
        ("Checked", Value::text(moment(verdict.checked_at))),
    ]);
    let head = verdict.head.as_ref().map(AuditHead::show).map(|head| {
        view! { <p class="muted">"Where the chain ends now. Noted somewhere else, it proves later that nothing up to here was taken away:"</p>
            {copyable(head)} }
    });
    let list = (!verdict.findings.is_empty()).then(|| table_of(&verdict.findings, &columns()));
    view! { <div class="verdict"><p class="banner" role="status" data-tone=tone>{says}</p>{list}{known}{head}</div> }
        .into_any()
}

fn columns() -> Vec<table::Column<Finding>> {
    vec![
        table::value("Finding", |finding: &Finding| {
            Value::badge(sentence(finding.kind.as_str()), Tone::Bad)
        }),
        table::text("What", |finding: &Finding| finding.says.clone()),
        table::value("Entry", |finding: &Finding| {
            match (&finding.log, finding.entry_id) {
                (Some(log), Some(id)) if log == "audit" => {
                    Value::text("Open").link(format!("/system/audit/{id}"))
                }
                (Some(log), id) => of(log, id),
                _ => Value::absent(),
            }
        }),
    ]
}
