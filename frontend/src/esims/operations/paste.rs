//! One operation on many eSIMs, by their pasted ICCIDs.

use kit::{
    api::{self, Call},
    form::{area_field, lines_field, named_choice_field},
    go, ids,
    page::{SmallForm, card_page, small_form},
    session, task,
    ui::card,
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Permission,
    esims::operations::{EsimOperationBatch, NewEsimOperations},
};

const REFRESH: (&str, &str) = ("refresh", "Refresh: load the state from the provider");
const SUSPEND: (&str, &str) = ("suspend", "Suspend: no data until it is resumed");
const RESUME: (&str, &str) = ("resume", "Resume the suspended service");
const CANCEL: (&str, &str) = ("cancel", "Cancel for good");

const KINDS: &[(&str, &str)] = &[REFRESH, SUSPEND, RESUME];
const ALL_KINDS: &[(&str, &str)] = &[REFRESH, SUSPEND, RESUME, CANCEL];

/// Draws the page.
pub fn screen() -> AnyView {
    let may_cancel = untrack(|| session::can(Permission::EsimsCancel));
    let known = if may_cancel { ALL_KINDS } else { KINDS };
    let form = SmallForm::new(
        "Request operations",
        [
            named_choice_field("kind", "Operation", known).full(),
            lines_field("iccids", "ICCIDs")
                .example("8944538532008160222")
                .help("One per line, 500 at most. Spaces and hyphens are ignored."),
            area_field("reason", "Reason")
                .optional()
                .help("Stored with every operation and in the audit log."),
        ],
    )
    .begin(json!({ "kind": "refresh" }));
    let run = |new: NewEsimOperations| {
        task(async move {
            let call = Call::post("/v1/esims/operations")
                .json(&new)
                .idempotency_key(&ids::uuid());
            let batch: EsimOperationBatch = api::send(call).await?.json().await?;
            go(&format!("/esims/operations?batch_id={}", batch.batch_id));
            Ok(())
        })
    };
    card_page(
        "Paste ICCIDs",
        "One operation on many eSIMs. Every row gets a result, which can be exported.",
        vec![card(
            "Operation",
            small_form::<NewEsimOperations>(form, run),
        )],
    )
}
