//! Draws imports: the file, the preview, the confirmation.

use super::import_page::{ImportSpec, ImportedRow, Line, Report, label, tone};
use crate::{
    api::{self, ApiError, Call, Pairs, send},
    form::{controls::control, state::Form},
    format::{plural, sentence},
    route,
    ui::{Icon, badge, drop::Chosen, file_drop, icon_view, toast},
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::catalog::plans::ImportOutcome;

#[derive(Clone, Copy)]
struct State {
    spec: StoredValue<Arc<ImportSpec>>,
    form: Form,
    file: Chosen,
    report: RwSignal<Option<Report>>,
    error: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    only: RwSignal<Option<ImportOutcome>>,
}

pub(super) fn view(spec: ImportSpec, form: Form) -> AnyView {
    let spec = Arc::new(spec);
    let state = State {
        spec: StoredValue::new(Arc::clone(&spec)),
        form,
        file: RwSignal::new_local(None),
        report: RwSignal::new(None),
        error: RwSignal::new(None),
        busy: RwSignal::new(false),
        only: RwSignal::new(None),
    };
    // A preview is valid only for its file and its options.
    Effect::new(move |before: Option<()>| {
        state.file.track();
        state.form.draft.track();
        if before.is_some() {
            state.report.set(None);
            state.only.set(None);
            state.error.set(None);
        }
    });
    let sample = spec.sample.map(|(name, text)| {
        view! { <button type="button" class="link"
        on:click=move |_| api::save(text, name)>"Download a sample file"</button> }
    });
    let fields = spec
        .fields
        .iter()
        .cloned()
        .map(|field| control(form, field))
        .collect_view();
    let check = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        run(state, true);
    };
    view! {
        <div class="page import-page">
            <header class="page-head"><div><h1>{spec.title}</h1><p class="muted">{spec.text}" "{sample}</p></div></header>
            <form novalidate on:submit=check>
                <section class="card form-section"><div class="form-about"><h2>"File"</h2>
                    <p class="muted">"CSV with a header row, or JSON. Nothing changes until you confirm the preview."</p></div>
                    <div class="form-fields"><div class="field">
                        {file_drop("import-file", ".csv,.json,text/csv,application/json", "CSV or JSON", state.file)}</div>{fields}
                        <div class="field" role="alert">{move || state.error.get().map(|text| view! { <p
                            class="banner" data-tone="bad">{text}</p> })}</div>
                        <div class="actions"><button type="submit" class="btn"
                            class:primary={move || state.report.with(Option::is_none)}
                            aria-busy={move || state.busy.get().to_string()}>"Preview import"</button></div></div></section>
            </form>
            {move || state.report.get().map(|report| preview(state, report))}
        </div>
    }
    .into_any()
}

/// Sends the file, as a dry run or for the import.
fn run(state: State, dry: bool) {
    if state.busy.get_untracked() {
        return;
    }
    state.error.set(None);
    state.form.touch_all();
    let (options, errors) = state
        .form
        .draft
        .with_untracked(|draft| state.form.read(draft));
    let Some(file) = state.file.get_untracked() else {
        return state.error.set(Some("Choose a file first.".to_owned()));
    };
    if !errors.is_empty() {
        return state
            .error
            .set(Some("Please correct these options.".to_owned()));
    }
    let spec = state.spec.get_value();
    let keys: Pairs = spec
        .fields
        .iter()
        .filter_map(|field| {
            options.get(field.key).map(|value| {
                (
                    field.key,
                    value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned),
                )
            })
        })
        .collect();
    let pairs: Pairs = keys
        .into_iter()
        .chain([("dry_run", dry.to_string())])
        .collect();
    let media = if file.name().to_lowercase().ends_with(".json") {
        "application/json"
    } else {
        "text/csv"
    };
    let call = Call::post(api::with_query(spec.path, &pairs))
        .file(&file, media)
        .idempotency_key(&crate::ids::uuid());
    state.busy.set(true);
    leptos::task::spawn_local(async move {
        let outcome = receive(call, &spec).await;
        if state.busy.try_set(false).is_some() {
            return;
        }
        match outcome {
            Ok(report) if !dry && refused(&report) == 0 => {
                let taken: i32 = report
                    .counts
                    .iter()
                    .filter(|(outcome, _)| {
                        matches!(outcome, ImportOutcome::Created | ImportOutcome::Updated)
                    })
                    .map(|(_, count)| count)
                    .sum();
                let (one, many) = (spec.one, spec.many);
                let taken = plural(usize::try_from(taken).unwrap_or(0), one, many);
                toast::good(format!("Imported {taken}"));
                route::go(spec.done);
            }
            Ok(report) => state.report.set(Some(report)),
            Err(error) => state.error.set(Some(error_text(&error))),
        }
    });
}

fn error_text(error: &ApiError) -> String {
    let fields: Vec<String> = error
        .fields()
        .into_iter()
        .map(|(field, message)| format!("{}: {message}", sentence(&field)))
        .collect();
    if fields.is_empty() {
        error.sentence()
    } else {
        fields.join(" ")
    }
}

async fn receive(call: Call, spec: &ImportSpec) -> Result<Report, ApiError> {
    let text = send(call).await?.text().await?;
    (spec.read)(&text).ok_or(ApiError::Unreadable {
        request_id: String::new(),
    })
}

fn refused(report: &Report) -> i32 {
    report
        .counts
        .iter()
        .find(|(outcome, _)| *outcome == ImportOutcome::Refused)
        .map_or(0, |(_, count)| *count)
}

fn preview(state: State, report: Report) -> AnyView {
    let spec = state.spec.get_value();
    let (bad, all) = (refused(&report), report.lines.len());
    let tab = |(outcome, count): (ImportOutcome, i32)| {
        let pressed = move || (state.only.get() == Some(outcome)).to_string();
        let choose = move |_| {
            state.only.update(|only| {
                *only = if *only == Some(outcome) {
                    None
                } else {
                    Some(outcome)
                }
            })
        };
        (count > 0).then(|| {
            view! { <button type="button" class="filter" aria-pressed=pressed on:click=choose>
            {label(outcome)}<span class="count">{count}</span></button> }
        })
    };
    let tabs = report.counts.map(tab).collect_view();
    let headers = spec
        .headers
        .iter()
        .map(|header| {
            view! { <th role="columnheader" scope="col" class:num=header.number>
            {header.text}</th> }
        })
        .collect_view();
    let numbers: Vec<(bool, &'static str)> = spec
        .headers
        .iter()
        .map(|header| (header.number, header.text))
        .collect();
    let lines = Arc::new(report.lines);
    let rows = move || {
        let fits = |line: &&Line| {
            state
                .only
                .get()
                .is_none_or(|only| line.imported.outcome == only)
        };
        lines
            .iter()
            .filter(fits)
            .take(500)
            .map(|line| row(line, &numbers))
            .collect_view()
    };
    let verdict = match bad {
        0 => view! { <button type="button" class="btn primary" aria-busy={move || state.busy.get().to_string()}
            on:click=move |_| run(state, false)>{icon_view(Icon::Upload)}<span>
            {format!("Import {}", plural(all, "row", "rows"))}</span></button> }.into_any(),
        _ => view! { <p class="banner" data-tone="waiting">
            {format!("{} invalid, so nothing can be imported. Correct the file and choose it again.", plural(usize::try_from(bad).unwrap_or(0), "row is", "rows are"))}</p> }.into_any(),
    };
    view! {
        <section class="card flush"><div class="toolbar"><h2>"Preview"</h2><div class="filters">
            {tabs}</div><div class="spacer"></div>{verdict}</div>
            <div class="grid small"><table role="table"><thead role="rowgroup"><tr role="row">
                <th role="columnheader" scope="col" class="num">"Row"</th>
                <th role="columnheader" scope="col">"Result"</th>{headers}</tr></thead><tbody role="rowgroup">
                {rows}</tbody></table></div></section>
    }
    .into_any()
}

fn row(line: &Line, headers: &[(bool, &'static str)]) -> AnyView {
    let ImportedRow {
        row,
        outcome,
        warnings,
        errors,
    } = line.imported.clone();
    let cells = line
        .row
        .cells
        .iter()
        .cloned()
        .zip(headers)
        .map(|(value, (number, header))| {
            view! { <td role="cell"
            class:num=*number data-label=*header>{value.view()}</td> }
        })
        .collect_view();
    let say = |tone: &'static str| {
        move |error: wire::FieldError| {
            view! { <p class="row-error" data-tone=tone>
            {format!("{}: {}", sentence(&error.field), error.message)}</p> }
        }
    };
    let messages: Vec<_> = errors
        .into_iter()
        .map(say("bad"))
        .chain(warnings.into_iter().map(say("waiting")))
        .collect();
    let messages =
        (!messages.is_empty()).then(|| view! { <div class="row-errors">{messages}</div> });
    view! {
        <tr role="row"><td role="cell" class="num" data-label="Row">{row}</td><td role="cell" data-label="Result">
            {badge(label(outcome), tone(outcome))}{messages}</td>{cells}</tr>
    }
    .into_any()
}
