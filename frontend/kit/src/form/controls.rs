//! The layout of fields: the label above the control, the help or error below it, all linked for screen readers.

use super::{
    checks::checks,
    combobox::combobox,
    country_picker::country_picker,
    field::{Field, Kind, Unit},
    markdown::{MarkdownText, markdown_box},
    multi_select::multi_select,
    region_picker::region_picker,
    state::Form,
    time,
};
use crate::ui::{Icon, icon::sized_icon, password_box::peek};
use leptos::prelude::*;
use serde_json::Value;
use std::sync::Arc;

pub(crate) fn element(key: &str) -> String {
    format!("field-{key}")
}

pub(crate) fn control(form: Form, field: Field) -> AnyView {
    let key = field.key;
    let shown = {
        let field = field.clone();
        move || form.draft.with(|draft| field.is_shown(draft))
    };
    let half = field.half;
    let view = move || {
        let field = field.clone();
        match &field.kind {
            Kind::Toggle => toggle(form, field),
            Kind::Checks(groups) => checks(form, &field, element(key), groups),
            _ => labelled(form, field),
        }
    };
    let shown = Memo::new(move |_| shown());
    (move || {
        shown
            .get()
            .then(|| view! { <div class="field" class:half=half data-field=key>{view()}</div> })
    })
    .into_any()
}

fn labelled(form: Form, field: Field) -> AnyView {
    let (key, id) = (field.key, element(field.key));
    let (help, live) = (field.help, field.live.clone());
    let error = Memo::new(move |_| form.error(key));
    let optional = field
        .optional
        .then(|| view! { <span class="muted">" · optional"</span> });
    let aside = field.aside.map(
        |(label, href)| view! { <a class="link field-or" href=href target="_blank">{label}</a> },
    );
    let (help_id, error_id) = (format!("{id}-help"), format!("{id}-error"));
    let text = move || {
        live.as_ref()
            .and_then(|live| form.draft.with(|draft| live(draft)))
    };
    view! {
        <label for=id.clone()>{field.label}{optional}</label>{aside}
        {input(form, &field, id, error)}
        {move || error.get().map(|text| view! { <p class="field-error" id=error_id.clone()>
            {sized_icon(Icon::CircleAlert, 14)}<span>{text}</span></p> })}
        {move || text().map(|text| view! { <p class="field-help live">{text}</p> })}
        {help.map(|text| view! { <p class="field-help" id=help_id>{text}</p> })}
    }
    .into_any()
}

fn input(form: Form, field: &Field, id: String, error: Memo<Option<String>>) -> AnyView {
    let key = field.key;
    let text = move || form.draft.with(|draft| draft.text(key).to_owned());
    let typed = move |event| form.set(key, Value::String(event_target_value(&event)));
    let left = move |_| form.leave(key);
    let wrong = move || error.with(Option::is_some).then_some("true");
    let described = {
        let (has_help, id) = (field.help.is_some(), id.clone());
        move || match (error.with(Option::is_some), has_help) {
            (true, _) => Some(format!("{id}-error")),
            (false, true) => Some(format!("{id}-help")),
            _ => None,
        }
    };
    let (example, fills) = (field.example, field.fills);
    let digits = (fills == Some("one-time-code")).then_some("numeric");
    match &field.kind {
        Kind::Text { lines: 1, class } => view! {
            <input id=id class=*class type="text" autocomplete=fills.unwrap_or("off") inputmode=digits
                placeholder=example prop:value=text on:input=typed on:blur=left aria-invalid=wrong aria-describedby=described/>
        }
        .into_any(),
        Kind::Text { lines, .. } => view! {
            <textarea id=id rows=lines.to_string() placeholder=example prop:value=text on:input=typed on:blur=left
                aria-invalid=wrong aria-describedby=described></textarea>
        }
        .into_any(),
        Kind::Secret => {
            let shown = RwSignal::new(false);
            view! {
                <div class="amount"><input id=id type={move || if shown.get() { "text" } else { "password" }}
                    autocomplete=fills.unwrap_or("new-password") spellcheck="false" placeholder=example prop:value=text
                    on:input=typed on:blur=left aria-invalid=wrong aria-describedby=described/>{peek(shown)}</div>
            }
            .into_any()
        }
        Kind::Number | Kind::Money => {
            let mode = if matches!(field.kind, Kind::Number) { "numeric" } else { "decimal" };
            let unit = field.unit.clone().map(|unit| {
                let text = move || match unit {
                    Unit::Fixed(unit) => unit.to_owned(),
                    Unit::Of(key) => form.draft.with(|draft| draft.text(key).to_owned()),
                };
                view! { <span class="unit">{text}</span> }
            });
            view! {
                <div class="amount"><input id=id type="text" inputmode=mode autocomplete="off" placeholder=example
                    prop:value=text on:input=typed on:blur=left aria-invalid=wrong aria-describedby=described/>
                    {unit}</div>
            }
            .into_any()
        }
        Kind::Markdown(render) => {
            let of = MarkdownText {
                id,
                text: Signal::derive(text),
                set: Arc::new(move |text| form.set(key, Value::String(text))),
                leave: Arc::new(move || form.leave(key)),
                wrong: Signal::derive(wrong),
                described: Signal::derive(described),
                node: NodeRef::new(),
            };
            markdown_box(of, Arc::clone(render))
        }
        Kind::Choice(options) => {
            let none = field.optional.then(|| view! { <option value="">"–"</option> });
            let first = (!field.optional).then(|| view! { <option value="" hidden>"Choose"</option> });
            let one = |(word, label): &(String, String)| {
                let (known, word) = (word.clone(), word.clone());
                view! { <option value=word selected={move || form.draft.with(|draft| draft.text(key) == known)}>
                    {label.clone()}</option> }
            };
            let options = options.iter().map(one).collect_view();
            view! {
                <div class="select"><select id=id on:change=typed on:blur=left aria-invalid=wrong
                    aria-describedby=described>{none}{first}{options}</select>{sized_icon(Icon::ChevronDown, 14)}</div>
            }
            .into_any()
        }
        Kind::Time | Kind::End => {
            let tied = time::Tied {
                id,
                wrong: Signal::derive(wrong),
                described: Signal::derive(described),
            };
            if matches!(field.kind, Kind::End) {
                time::end(form, key, tied)
            } else {
                time::moment(form, key, tied)
            }
        }
        Kind::Regions => {
            let chosen = Signal::derive(move || form.draft.with(|draft| draft.list(key)));
            let set = move |codes: Vec<String>| form.set(key, Value::from(codes));
            let box_of_chips = region_picker(id, field.label, false, chosen, set, move || form.leave(key));
            if !field.country_picker {
                return box_of_chips;
            }
            view! { {box_of_chips}{country_picker(chosen, set, move || form.leave(key))} }.into_any()
        }
        Kind::Region => {
            let chosen = Signal::derive(move || form.draft.with(|draft| Some(draft.text(key).to_owned()).filter(|code| !code.is_empty()).into_iter().collect()));
            let set = move |codes: Vec<String>| form.set(key, Value::String(codes.into_iter().next().unwrap_or_default()));
            region_picker(id, field.label, true, chosen, set, move || form.leave(key))
        }
        Kind::Pick(source) => {
            let chosen = Signal::derive(move || form.draft.with(|draft| Some(draft.text(key).to_owned()).filter(|id| !id.is_empty())));
            let set = move |id: Option<String>| {
                form.set(key, Value::String(id.unwrap_or_default()));
                form.leave(key);
            };
            combobox(id, field.label, source.clone(), chosen, set)
        }
        Kind::MultiPick(source) => {
            let chosen = Signal::derive(move || form.draft.with(|draft| draft.list(key)));
            let set = move |ids: Vec<String>| form.set(key, Value::from(ids));
            multi_select(id, field.label, source.clone(), chosen, set)
        }
        Kind::Lines => view! {
            <textarea id=id class="mono" rows="3" placeholder=example spellcheck="false" prop:value=text on:input=typed
                on:blur=left aria-invalid=wrong aria-describedby=described></textarea>
        }
        .into_any(),
        Kind::Toggle | Kind::Checks(_) => ().into_any(),
    }
}

fn toggle(form: Form, field: Field) -> AnyView {
    let (key, id) = (field.key, element(field.key));
    let on = move || form.draft.with(|draft| draft.is_on(key));
    let set = move |event| form.set(key, Value::Bool(event_target_checked(&event)));
    let help_id = format!("{id}-help");
    let described = field.help.is_some().then(|| help_id.clone());
    let named = id.clone();
    view! {
        <label class="toggle" for=named>
            <input id=id type="checkbox" role="switch" prop:checked=on on:change=set aria-describedby=described/>
            <span><strong>{field.label}</strong>{field.help.map(|text| view! { <small id=help_id>{text}</small> })}</span>
        </label>
        {move || form.error(key).map(|text| view! { <p class="field-error">{text}</p> })}
    }
    .into_any()
}
