//! The verification of the audit log, with its findings.

use super::object;
use kit::{
    api::{self, Call},
    form::text_field,
    format::{count, moment, sentence},
    page::{SmallForm, card_page, small_form, table_of},
    table, task,
    ui::{Complete, Tone, Value, card, copyable, facts, wizard},
};
use leptos::prelude::*;
use wire::{
    Param,
    system::audit::{AuditFinding, AuditHead, AuditVerification, VerifyAudit},
};

/// Draws the page.
pub fn screen() -> AnyView {
    card_page(
        "Verify audit log",
        "Every event of the audit log and the access log is sealed and linked in a hash chain. The verification checks whether events were changed, removed, added or moved.",
        vec![card(
            "Verification",
            wizard(verify_form, |verdict| result(&verdict)),
        )],
    )
}

fn verify_form(complete: Complete<AuditVerification>) -> AnyView {
    let head = text_field("head", "Known head hash")
        .optional()
        .help("The last exported head is always checked, too.");
    let form = SmallForm::new("Verify", [head]);
    small_form(form, move |body: VerifyAudit| {
        let complete = complete.clone();
        task(async move {
            let call = Call::post("/v1/audit/verify").json(&body);
            complete(api::send(call).await?.json::<AuditVerification>().await?);
            Ok(())
        })
    })
}

fn result(verdict: &AuditVerification) -> AnyView {
    let (tone, text) = if verdict.is_whole {
        (
            "good",
            format!(
                "The audit log is intact: {} events verified, none changed, missing or added.",
                count(verdict.links)
            ),
        )
    } else {
        (
            "bad",
            format!(
                "The audit log was tampered with: {} findings.",
                count(verdict.found)
            ),
        )
    };
    let heads: Vec<String> = verdict
        .compared_with
        .iter()
        .map(|head| format!("event {}", head.seq))
        .collect();
    let compared = Value::maybe(Some(heads.join(", ")).filter(|text| !text.is_empty()));
    let known = facts(vec![
        ("Events", Value::count(verdict.links)),
        ("Newly linked", Value::count(verdict.newly_linked)),
        ("Compared with", compared),
        ("Verified", Value::text(moment(verdict.checked_at))),
    ]);
    let head = verdict.head.as_ref().map(AuditHead::show).map(|head| {
        view! { <p class="muted">"Current head hash. Save it outside this system: a later verification against it proves that no earlier event was removed."</p>
            {copyable(head)} }
    });
    let list = (!verdict.findings.is_empty()).then(|| table_of(&verdict.findings, &columns()));
    view! { <div class="verdict"><p class="banner" role="status" data-tone=tone>{text}</p>{list}{known}{head}</div> }
        .into_any()
}

fn columns() -> Vec<table::Column<AuditFinding>> {
    vec![
        table::value("Finding", |finding: &AuditFinding| {
            Value::badge(sentence(finding.kind.as_str()), Tone::Bad)
        }),
        table::text("Details", |finding: &AuditFinding| finding.message.clone()),
        table::value("Event", |finding: &AuditFinding| {
            match (&finding.log, finding.entry_id) {
                (Some(log), Some(id)) if log == "audit" => {
                    Value::text("View event").link(format!("/system/audit/{id}"))
                }
                (Some(log), id) => object(log, id),
                _ => Value::absent(),
            }
        }),
    ]
}
