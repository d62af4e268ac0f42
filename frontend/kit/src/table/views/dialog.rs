//! The window that asks about a view: what it is called, and whom it is for.

use super::acts::Views;
use crate::{
    api::Fault,
    session,
    ui::{Icon, icon, modal::follow, toast},
};
use leptos::{html, prelude::*};
use wire::{
    Check, Param, Permission,
    accounts::users::UserRole,
    system::views::{EditView, NewView, View, ViewAudience},
};

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Asking {
    /// How to save the list as it is.
    New,
    /// What a view is to be called.
    Rename(View),
    /// Whom it is to be for.
    Share(View),
}

/// A role of the staff, as several people of it are called.
pub(super) const fn role_name(role: UserRole) -> &'static str {
    match role {
        UserRole::Support => "Support",
        UserRole::Admin => "Administrators",
        UserRole::SuperAdmin => "Super administrators",
        UserRole::Customer => "Customers",
    }
}

/// Draws the window, closed.
pub(super) fn dialog(views: Views) -> AnyView {
    let open = RwSignal::new(false);
    let node = NodeRef::<html::Dialog>::new();
    follow(node, open);
    Effect::new(move |_| open.set(views.asking.with(Option::is_some)));
    view! {
        <dialog class="modal narrow" node_ref=node aria-labelledby="view-asked" on:close=move |_| views.asking.set(None)>
            {move || views.asking.get().map(|asking| form(views, asking))}
        </dialog>
    }
    .into_any()
}

/// The fields of the window.
#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    audience: RwSignal<String>,
    first: RwSignal<bool>,
}

fn form(views: Views, asking: Asking) -> AnyView {
    let known = match &asking {
        Asking::New => None,
        Asking::Rename(view) | Asking::Share(view) => Some(view.clone()),
    };
    let fields = Fields {
        name: RwSignal::new(
            known
                .as_ref()
                .map_or_else(String::new, |view| view.name.clone()),
        ),
        audience: RwSignal::new(known.as_ref().map_or_else(|| "mine".to_owned(), written)),
        first: RwSignal::new(false),
    };
    let (fault, busy) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let (title, verb) = match &asking {
        Asking::New => ("Save view".to_owned(), "Save"),
        Asking::Rename(view) => (format!("Rename “{}”", view.name), "Rename"),
        Asking::Share(view) => (format!("Share “{}”", view.name), "Share"),
    };
    let asked = asking.clone();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let asked = asked.clone();
        leptos::task::spawn_local(async move {
            let outcome = carry_out(views, &asked, fields).await;
            let _ = busy.try_set(false);
            match outcome {
                Ok(news) => {
                    views.asking.set(None);
                    toast::good(news);
                }
                Err(says) => drop(fault.try_set(Some(says))),
            }
        });
    };
    let is_new = asking == Asking::New;
    let named = matches!(asking, Asking::New | Asking::Rename(_));
    let shared = (is_new && untrack(|| session::can(Permission::ViewsShare)))
        || matches!(asking, Asking::Share(_));
    view! {
        <form class="window" on:submit=submit novalidate>
            <h2 id="view-asked">{title}</h2>
            {is_new.then(|| view! { <p class="muted">"The filters, the order and the columns of this list, under a name."</p> })}
            {named.then(|| name(fields, fault))}
            {shared.then(|| audience(fields))}
            {is_new.then(|| first(fields))}
            <div id="view-fault" role="alert">{move || fault.get().map(|text| view! { <p class="banner" data-tone="bad">{text}</p> })}</div>
            <footer class="window-foot">
                <button type="button" class="btn" on:click=move |_| views.asking.set(None)>"Cancel"</button>
                <button type="submit" class="btn primary" aria-busy={move || busy.get().to_string()}>{verb}</button>
            </footer>
        </form>
    }
    .into_any()
}

fn name(fields: Fields, fault: RwSignal<Option<String>>) -> AnyView {
    view! {
        <div class="field"><label for="view-name">"Name"</label>
            <input id="view-name" type="text" maxlength="60" autocomplete="off" autofocus aria-describedby="view-fault"
                aria-invalid={move || fault.with(Option::is_some).then_some("true")} bind:value=fields.name/></div>
    }
    .into_any()
}

fn audience(fields: Fields) -> AnyView {
    let staff = UserRole::ALL.iter().copied().filter(|role| role.is_staff());
    let roles = staff.map(|role| (format!("role:{role}"), role_name(role)));
    let mine = std::iter::once(("mine".to_owned(), "Only you"));
    let all = mine
        .chain(roles)
        .chain([("everyone".to_owned(), "Everyone")]);
    let options = all.map(|(value, label)| {
        let known = value.clone();
        view! { <option value=value selected={move || fields.audience.with(|now| *now == known)}>{label}</option> }
    });
    view! {
        <div class="field"><label for="view-audience">"Who sees it"</label>
            <div class="select"><select id="view-audience" on:change=move |event| fields.audience.set(event_target_value(&event))>
                {options.collect_view()}</select>{icon(Icon::ChevronDown)}</div></div>
    }
    .into_any()
}

fn first(fields: Fields) -> AnyView {
    let says = move || match fields.audience.get().as_str() {
        "mine" => "The list opens with it for you.",
        "everyone" => "The list opens with it for everybody who has chosen no view of their own.",
        _ => "The list opens with it for this role.",
    };
    view! {
        <label class="toggle"><input type="checkbox" role="switch" prop:checked={move || fields.first.get()}
            on:change=move |event| fields.first.set(event_target_checked(&event))/>
            <span><strong>"Open first"</strong><small>{says}</small></span></label>
    }
    .into_any()
}

/// The audience of a view, as the field has it.
fn written(view: &View) -> String {
    match view.role {
        Some(role) => format!("role:{role}"),
        None => view.audience.to_string(),
    }
}

/// The audience that the field names.
fn read(text: &str) -> (ViewAudience, Option<UserRole>) {
    match text.split_once(':') {
        Some((_, role)) => (ViewAudience::Role, UserRole::parse(role).ok()),
        None => (
            ViewAudience::parse(text).unwrap_or(ViewAudience::Mine),
            None,
        ),
    }
}

/// Does what was asked; what is said afterwards, or why it was not done.
async fn carry_out(views: Views, asking: &Asking, fields: Fields) -> Result<String, String> {
    let name = fields.name.get_untracked().trim().to_owned();
    let (audience, role) = read(&fields.audience.get_untracked());
    let sentence = |fault: Fault| fault.sentence();
    match asking {
        Asking::New => {
            let new = NewView {
                audience,
                role,
                is_default: fields.first.get_untracked(),
                ..views.as_new(name)
            };
            checked(&new)?;
            let view = views.save(&new).await.map_err(sentence)?;
            Ok(format!("“{}” saved", view.name))
        }
        Asking::Rename(view) => {
            let edit = EditView {
                name: Some(name),
                ..EditView::default()
            };
            checked(&edit)?;
            let view = views
                .edit(&current(views, view), &edit)
                .await
                .map_err(sentence)?;
            Ok(format!("Renamed to “{}”", view.name))
        }
        Asking::Share(view) => {
            let edit = EditView {
                audience: Some(audience),
                role: Some(role),
                ..EditView::default()
            };
            let view = views
                .edit(&current(views, view), &edit)
                .await
                .map_err(sentence)?;
            Ok(format!(
                "“{}”: {}",
                view.name,
                super::whom(&view).to_lowercase()
            ))
        }
    }
}

/// The view as it is known now: after a refusal because it had changed, the next try is based on what it is.
fn current(views: Views, view: &View) -> View {
    let open = views.open.get_untracked();
    open.filter(|open| open.id == view.id)
        .unwrap_or_else(|| view.clone())
}

fn checked(input: &impl Check) -> Result<(), String> {
    let faults = input.faults();
    faults
        .into_iter()
        .next()
        .map_or(Ok(()), |fault| Err(fault.message))
}
