//! The dialog for the name and the audience of a view.

use super::actions::Views;
use crate::{
    api::ApiError,
    session,
    ui::{Icon, icon_view, modal::follow, toast},
};
use leptos::{html, prelude::*};
use wire::{
    Check, Param, Permission,
    accounts::users::UserRole,
    system::views::{EditView, NewView, View, ViewAudience},
};

/// The dialog.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ViewDialog {
    /// Save the current list as a view.
    New,
    /// Rename a view.
    Rename(View),
    /// Change the audience of a view.
    Share(View),
}

/// Returns the plural name of a role.
pub(super) const fn role_name(role: UserRole) -> &'static str {
    match role {
        UserRole::Support => "Support",
        UserRole::Admin => "Administrators",
        UserRole::SuperAdmin => "Super administrators",
        UserRole::Customer => "Customers",
    }
}

/// Draws the closed dialog.
pub(super) fn dialog(views: Views) -> AnyView {
    let open = RwSignal::new(false);
    let node = NodeRef::<html::Dialog>::new();
    follow(node, open);
    Effect::new(move |_| open.set(views.dialog.with(Option::is_some)));
    view! {
        <dialog class="modal narrow" node_ref=node aria-labelledby="view-dialog" on:close=move |_| views.dialog.set(None)>
            {move || views.dialog.get().map(|dialog| form(views, dialog))}
        </dialog>
    }
    .into_any()
}

/// The fields of the dialog.
#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    audience: RwSignal<String>,
    first: RwSignal<bool>,
}

fn form(views: Views, dialog: ViewDialog) -> AnyView {
    let known = match &dialog {
        ViewDialog::New => None,
        ViewDialog::Rename(view) | ViewDialog::Share(view) => Some(view.clone()),
    };
    let fields = Fields {
        name: RwSignal::new(
            known
                .as_ref()
                .map_or_else(String::new, |view| view.name.clone()),
        ),
        audience: RwSignal::new(
            known
                .as_ref()
                .map_or_else(|| "mine".to_owned(), audience_value),
        ),
        first: RwSignal::new(false),
    };
    let (error, busy) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let (title, verb) = match &dialog {
        ViewDialog::New => ("Save view".to_owned(), "Save"),
        ViewDialog::Rename(view) => (format!("Rename “{}”", view.name), "Rename"),
        ViewDialog::Share(view) => (format!("Share “{}”", view.name), "Share"),
    };
    let submitted = dialog.clone();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let submitted = submitted.clone();
        leptos::task::spawn_local(async move {
            let outcome = carry_out(views, &submitted, fields).await;
            let _ = busy.try_set(false);
            match outcome {
                Ok(message) => {
                    views.dialog.set(None);
                    toast::good(message);
                }
                Err(text) => drop(error.try_set(Some(text))),
            }
        });
    };
    let is_new = dialog == ViewDialog::New;
    let named = matches!(dialog, ViewDialog::New | ViewDialog::Rename(_));
    let shared = (is_new && untrack(|| session::can(Permission::ViewsShare)))
        || matches!(dialog, ViewDialog::Share(_));
    view! {
        <form class="window" on:submit=submit novalidate>
            <h2 id="view-dialog">{title}</h2>
            {is_new.then(|| view! { <p class="muted">"Saves the filters, order and columns of this list under a name."</p> })}
            {named.then(|| name(fields, error))}
            {shared.then(|| audience(fields))}
            {is_new.then(|| first(fields))}
            <div id="view-error" role="alert">{move || error.get().map(|text| view! { <p class="banner" data-tone="bad">{text}</p> })}</div>
            <footer class="window-foot">
                <button type="button" class="btn" on:click=move |_| views.dialog.set(None)>"Cancel"</button>
                <button type="submit" class="btn primary" aria-busy={move || busy.get().to_string()}>{verb}</button>
            </footer>
        </form>
    }
    .into_any()
}

fn name(fields: Fields, error: RwSignal<Option<String>>) -> AnyView {
    view! {
        <div class="field"><label for="view-name">"Name"</label>
            <input id="view-name" type="text" maxlength="60" autocomplete="off" autofocus aria-describedby="view-error"
                aria-invalid={move || error.with(Option::is_some).then_some("true")} bind:value=fields.name/></div>
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
                {options.collect_view()}</select>{icon_view(Icon::ChevronDown)}</div></div>
    }
    .into_any()
}

fn first(fields: Fields) -> AnyView {
    let text = move || match fields.audience.get().as_str() {
        "mine" => "The list opens with this view for you.",
        "everyone" => {
            "The list opens with this view for everyone without a default view of their own."
        }
        _ => "The list opens with this view for this role.",
    };
    view! {
        <label class="toggle"><input type="checkbox" role="switch" prop:checked={move || fields.first.get()}
            on:change=move |event| fields.first.set(event_target_checked(&event))/>
            <span><strong>"Make default"</strong><small>{text}</small></span></label>
    }
    .into_any()
}

/// Returns the field value for the audience of a view.
fn audience_value(view: &View) -> String {
    match view.role {
        Some(role) => format!("role:{role}"),
        None => view.audience.to_string(),
    }
}

/// Parses the audience field.
fn parse_audience(text: &str) -> (ViewAudience, Option<UserRole>) {
    match text.split_once(':') {
        Some((_, role)) => (ViewAudience::Role, UserRole::parse(role).ok()),
        None => (
            ViewAudience::parse(text).unwrap_or(ViewAudience::Mine),
            None,
        ),
    }
}

/// Runs the action of the dialog; returns the success message or the error message.
async fn carry_out(views: Views, dialog: &ViewDialog, fields: Fields) -> Result<String, String> {
    let name = fields.name.get_untracked().trim().to_owned();
    let (audience, role) = parse_audience(&fields.audience.get_untracked());
    let sentence = |error: ApiError| error.sentence();
    match dialog {
        ViewDialog::New => {
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
        ViewDialog::Rename(view) => {
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
        ViewDialog::Share(view) => {
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
                super::audience_text(&view).to_lowercase()
            ))
        }
    }
}

/// Returns the view as it is known now, so that a retry after a conflict uses the new version.
fn current(views: Views, view: &View) -> View {
    let open = views.open.get_untracked();
    open.filter(|open| open.id == view.id)
        .unwrap_or_else(|| view.clone())
}

fn checked(input: &impl Check) -> Result<(), String> {
    let errors = input.field_errors();
    errors
        .into_iter()
        .next()
        .map_or(Ok(()), |error| Err(error.message))
}
