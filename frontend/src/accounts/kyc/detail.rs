//! One document beside the customer whose identity it shall prove.

use super::{
    acts::{approve, reject, remove, take_up},
    age,
    desk::{self, Desk},
    kind, size, status,
};
use kit::{
    api,
    format::{moment, now},
    on_key,
    page::{detail_page, once},
    task,
    ui::{Icon, Look, Tone, Value, button, facts, viewer},
};
use leptos::prelude::*;
use wire::{
    KycDocumentId,
    accounts::{
        kyc::{KycDocument, KycDocumentStatus},
        users::User,
    },
};

/// Draws it. A document that waits for nobody is taken up first, so that nobody else decides meanwhile.
pub fn screen(id: KycDocumentId) -> AnyView {
    let desk = Desk::of(id);
    once(move || desk.take_up(id), move |taken| page(id, desk, taken))
}

fn page(id: KycDocumentId, desk: Desk, taken: bool) -> AnyView {
    detail_page::<KycDocument>(id)
        .badge(status)
        .subtitle(held)
        .action(approve(desk))
        .action(reject(desk))
        .action(take_up(desk))
        .action(remove())
        .above(|document| warnings(document).map(IntoAny::into_any))
        .part(move |_| file(id, taken))
        .history("kyc_document")
        .aside("Customer", |document| Some(customer(document)))
        .fact("Document", |document| Value::text(kind(document)))
        .fact("Uploaded", age)
        .fact("Uploaded by", uploader)
        .fact("File", |document| {
            Value::maybe(document.file_name.clone()).note(size(document.byte_size))
        })
        .fact("Decided", |document| {
            Value::maybe_time(document.verified_at)
        })
        .fact("Decided by", |document| {
            let href = document
                .verified_by
                .map(|id| format!("/accounts/users/{id}"));
            Value::linked(document.reviewer.as_deref(), href)
        })
        .fact("Id", |document| Value::code(document.id.to_string()))
        .show()
}

/// Who has it, and until when.
fn held(document: &KycDocument) -> String {
    let until = document
        .claimed_until
        .filter(|_| document.held_by(now()).is_some());
    match (until, document.claimant.as_deref()) {
        (Some(until), _) if desk::is_mine(document) => {
            format!("Yours to review until {}", moment(until))
        }
        (Some(until), Some(who)) => format!("{who} reviews it until {}", moment(until)),
        _ => String::new(),
    }
}

/// The file, at once for who reviews it; for everybody else once they ask, because every view is on record.
fn file(id: KycDocumentId, taken: bool) -> AnyView {
    let shown = RwSignal::new(taken);
    let skip = move || leptos::task::spawn_local(desk::next(id));
    on_key("n", "Next document", skip);
    let next = button(
        "Next in the queue",
        Look::Quiet,
        Some(Icon::ChevronRight),
        skip,
    );
    let body = move || {
        match shown.get() {
        true => viewer("The document", move || desk::link(id)),
        false => view! {
            <div class="easel closed"><p class="muted">"Whoever opens the file is noted in the record."</p>
                {button("Show the file", Look::Plain, Some(Icon::Eye), move || shown.set(true))}</div>
        }
        .into_any(),
    }
    };
    view! { <section class="card looked-at"><header class="card-head"><h2>"File"</h2><div class="actions">{next}</div></header>
        {body}</section> }
    .into_any()
}

/// What the reviewer must not overlook.
fn warnings(document: &KycDocument) -> Option<impl IntoView + use<>> {
    let others = document.duplicates.clone().unwrap_or_default();
    let links = others.into_iter().map(|other| {
        let href = format!("/accounts/users/{}", other.user_id);
        view! { <li><a class="link" href=href>{other.customer}</a>{format!(" ({})", other.status)}</li> }
    });
    let links = links.collect_view();
    let shared = (!links.is_empty()).then(|| view! {
        <div class="banner" role="alert" data-tone=Tone::Bad.word()><p><strong>"The same file was uploaded for somebody else."</strong></p>
            <ul>{links}</ul></div>
    });
    let again = (document.is_resubmitted == Some(true)).then(|| view! {
        <div class="banner" role="note" data-tone=Tone::Waiting.word()><p>"The customer has sent this file before, and it was rejected."</p></div>
    });
    let reason = document
        .rejection_reason
        .clone()
        .filter(|_| document.status == KycDocumentStatus::Rejected);
    let reason = reason.map(|why| view! {
        <div class="banner" role="note" data-tone=Tone::Bad.word()><p><strong>"Rejected: "</strong>{why}</p></div>
    });
    (shared.is_some() || again.is_some() || reason.is_some())
        .then(|| view! { <div class="banners">{shared}{again}{reason}</div> })
}

/// Who they say they are, to be compared with what the document says.
fn customer(document: &KycDocument) -> AnyView {
    let id = document.user_id;
    once(
        move || task(async move { api::find::<User>(id).await }),
        |user: User| {
            facts(vec![
                ("First name", Value::text(user.first_name.clone())),
                ("Last name", Value::text(user.last_name.clone())),
                ("E-mail", Value::code(user.email.clone())),
                ("Phone", Value::maybe(user.phone.clone())),
                (
                    "Identity",
                    Value::text(kit::format::sentence(user.kyc_status.as_str())),
                ),
                ("Customer since", Value::day(user.created_at)),
                (
                    "Profile",
                    Value::text("Open").link(format!("/accounts/users/{}", user.id)),
                ),
            ])
        },
    )
}

fn uploader(document: &KycDocument) -> Value {
    match document.uploaded_by {
        Some(id) if id == document.user_id => Value::text("The customer"),
        Some(id) => Value::text("Staff").link(format!("/accounts/users/{id}")),
        None => Value::text("An integrator"),
    }
}
