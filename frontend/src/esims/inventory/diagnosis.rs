//! Why an eSIM may have no data: the likely cause, the next step, and every check.

use kit::{
    api,
    format::sentence,
    page::load_on,
    task,
    ui::{Icon, Row, Tone, card, rows},
};
use leptos::prelude::*;
use wire::{
    EsimId, Resource,
    esims::{
        diagnosis::{DiagnosisCheck, DiagnosisResult, EsimDiagnosis},
        inventory::Esim,
    },
};

/// Draws the card. A change of `reload` makes the checks again.
pub fn diagnosis(id: EsimId, reload: RwSignal<u32>) -> AnyView {
    let fetch = move || {
        let path = format!("{}/{id}/diagnosis", Esim::PATH);
        task(async move { api::get::<EsimDiagnosis>(&path).await })
    };
    card("Has it data?", load_on(reload, fetch, draw))
}

fn draw(diagnosis: EsimDiagnosis) -> AnyView {
    let cause = match diagnosis.cause {
        Some(cause) => {
            let advice = cause.advice.clone().map(|advice| view! { <p>{advice}</p> });
            let tone = if cause.result == DiagnosisResult::Problem { "bad" } else { "waiting" };
            view! { <div class="banner" role="note" data-tone=tone><div><p><strong>{cause.finding}</strong></p>{advice}</div></div> }
                .into_any()
        }
        None => view! { <p>"No check found a cause. Ask the customer to check the phone: mobile data on, data roaming on, and this eSIM chosen for mobile data."</p> }
            .into_any(),
    };
    let all = diagnosis.checks.into_iter().map(row).collect();
    view! { <div class="bundles">{cause}{rows(all)}</div> }.into_any()
}

fn row(check: DiagnosisCheck) -> Row {
    let (icon, state) = match check.result {
        DiagnosisResult::Ok => (Icon::CircleCheck, None),
        DiagnosisResult::Warning => (Icon::Info, Some(("Check this", Tone::Waiting))),
        DiagnosisResult::Problem => (Icon::CircleAlert, Some(("Problem", Tone::Bad))),
        DiagnosisResult::Unknown => (Icon::Info, Some(("Not known", Tone::Neutral))),
    };
    Row {
        icon,
        title: sentence(check.topic.as_str()),
        state,
        text: check.finding,
        hint: check.advice,
        action: None,
    }
}
