//! Who saw personal data in plain.

use super::audit::{by, of, page};
use kit::{
    Screen,
    format::sentence,
    page::list_page,
    table::{dates, maybe, moment, one_of, picked, typed, value},
    ui::Value,
};
use leptos::prelude::*;
use wire::{
    Permission,
    accounts::{api_clients::ApiClient, users::User},
    system::audit::{AccessEntry, AccessSort},
};

/// The screens of the looks.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/system/access",
    title: "Access log",
    needs: Permission::AccessRead,
    view: |_| Some(screen()),
}];

/// The kinds of things that are looked into.
const KINDS: &[&str] = &["user", "esim", "kyc_document"];

fn screen() -> AnyView {
    list_page::<AccessEntry>("Access log")
        .opens(|look| {
            let page = page(&look.subject_type).unwrap_or("/system/access");
            format!("{page}/{}", look.subject_id)
        })
        .column(value("What", |look: &AccessEntry| {
            Value::text(sentence(&look.field))
        }))
        .column(value("Of", |look: &AccessEntry| {
            of(&look.subject_type, Some(look.subject_id))
        }))
        .column(value("By", |look: &AccessEntry| {
            by((&look.actor, look.actor_id), (&look.client, look.client_id))
        }))
        .column(
            moment("When", |look: &AccessEntry| Some(look.created_at)).sort(AccessSort::CreatedAt),
        )
        .column(maybe("Why", |look: &AccessEntry| look.reason.clone()).wide())
        .column(maybe("From", |look: &AccessEntry| look.ip.clone()).wide())
        .column(maybe("Request", |look: &AccessEntry| look.request_id.clone()).extra())
        .filter(one_of("subject_type", "Of", KINDS))
        .filter(picked::<User>("actor_id", "By"))
        .filter(picked::<ApiClient>("client_id", "Client"))
        .filter(typed("request_id", "Request", "The id of a request"))
        .filter(dates("created_at_from", "created_at_to", "When"))
        .empty(
            "Nobody has looked yet",
            "Whoever opens what is masked, a document or an activation code is named here, with why.",
        )
        .show()
}
