//! The page of one document, beside the customer whose identity it proves.

use super::{
    actions::{approve, claim, reject, remove},
    age, kind,
    review::{self, Review},
    size, status,
};
use kit::{
    api,
    format::{moment, now},
    on_key,
    page::{detail_page, load},
    task,
    ui::{ButtonVariant, Icon, Tone, Value, button, facts, viewer},
};
use leptos::prelude::*;
use wire::{
    KycDocumentId,
    accounts::{
        kyc::{KycDocument, KycDocumentStatus},
        users::User,
    },
};

/// Draws the page. It claims an unclaimed document first, so that no other reviewer decides at the same time.
pub fn screen(id: KycDocumentId) -> AnyView {
    let review = Review::start(id);
    load(
        move || review.claim(id),
        move |is_claimed| page(id, review, is_claimed),
    )
}

fn page(id: KycDocumentId, review: Review, is_claimed: bool) -> AnyView {
    detail_page::<KycDocument>(id)
        .badge(status)
        .subtitle(assignee)
        .action(approve(review))
        .action(reject(review))
        .action(claim(review))
        .action(remove())
        .above(|document| warnings(document).map(IntoAny::into_any))
        .part(move |_| file(id, is_claimed))
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
        .fact("ID", |document| Value::code(document.id.to_string()))
        .show()
}

/// Returns who has claimed the document, and until when.
fn assignee(document: &KycDocument) -> String {
    let until = document
        .claimed_until
        .filter(|_| document.active_claimant(now()).is_some());
    match (until, document.claimant.as_deref()) {
        (Some(until), _) if review::is_mine(document) => {
            format!("Locked to you until {}", moment(until))
        }
        (Some(until), Some(who)) => format!("Locked to {who} until {}", moment(until)),
        _ => String::new(),
    }
}

/// Draws the file: immediately for the reviewer; for other users after a click, because every access is logged.
fn file(id: KycDocumentId, is_claimed: bool) -> AnyView {
    let is_open = RwSignal::new(is_claimed);
    let skip = move || leptos::task::spawn_local(review::open_next(id));
    on_key("n", "Next document", skip);
    let next = button(
        "Next document",
        ButtonVariant::Quiet,
        Some(Icon::ChevronRight),
        skip,
    );
    let body = move || {
        match is_open.get() {
        true => viewer("Document", move || review::file_link(id)),
        false => view! {
            <div class="canvas closed"><p class="muted">"Access to the file is logged."</p>
                {button("Show file", ButtonVariant::Plain, Some(Icon::Eye), move || is_open.set(true))}</div>
        }
        .into_any(),
    }
    };
    view! { <section class="card document-viewer"><header class="card-head"><h2>"File"</h2><div class="actions">{next}</div></header>
        {body}</section> }
    .into_any()
}

/// Draws warnings for the reviewer: the same file of another customer, a file sent again, a rejection.
fn warnings(document: &KycDocument) -> Option<impl IntoView + use<>> {
    let others = document.duplicates.clone().unwrap_or_default();
    let links = others.into_iter().map(|other| {
        let href = format!("/accounts/users/{}", other.user_id);
        view! { <li><a class="link" href=href>{other.customer}</a>{format!(" ({})", other.status)}</li> }
    });
    let links = links.collect_view();
    let duplicate = (!links.is_empty()).then(|| view! {
        <div class="banner" role="alert" data-tone=Tone::Bad.as_str()><p><strong>"The same file was uploaded for another customer."</strong></p>
            <ul>{links}</ul></div>
    });
    let resubmitted = (document.is_resubmitted == Some(true)).then(|| view! {
        <div class="banner" role="note" data-tone=Tone::Waiting.as_str()><p>"The customer sent this file before, and it was rejected."</p></div>
    });
    let reason = document
        .rejection_reason
        .clone()
        .filter(|_| document.status == KycDocumentStatus::Rejected);
    let reason = reason.map(|why| view! {
        <div class="banner" role="note" data-tone=Tone::Bad.as_str()><p><strong>"Rejected: "</strong>{why}</p></div>
    });
    (duplicate.is_some() || resubmitted.is_some() || reason.is_some())
        .then(|| view! { <div class="banners">{duplicate}{resubmitted}{reason}</div> })
}

/// Draws the account data of the customer, to compare with the document.
fn customer(document: &KycDocument) -> AnyView {
    let id = document.user_id;
    load(
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
                    Value::text("View user").link(format!("/accounts/users/{}", user.id)),
                ),
            ])
        },
    )
}

fn uploader(document: &KycDocument) -> Value {
    match document.uploaded_by {
        Some(id) if id == document.user_id => Value::text("The customer"),
        Some(id) => Value::text("Staff").link(format!("/accounts/users/{id}")),
        None => Value::text("API client"),
    }
}
