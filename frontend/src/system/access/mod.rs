//! The access log: who revealed personal data.

use super::audit::{Actor, actor_link, object, page};
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

/// The screens of the access log.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/system/access",
    title: "Access log",
    needs: Permission::AccessRead,
    view: |_| Some(screen()),
}];

/// The kinds of objects whose personal data can be revealed.
const KINDS: &[&str] = &["user", "esim", "kyc_document"];

fn screen() -> AnyView {
    list_page::<AccessEntry>("Access log")
        .opens(|entry| {
            let page = page(&entry.subject_type).unwrap_or("/system/access");
            format!("{page}/{}", entry.subject_id)
        })
        .column(value("Field", |entry: &AccessEntry| {
            Value::text(sentence(&entry.field))
        }))
        .column(value("Object", |entry: &AccessEntry| {
            object(&entry.subject_type, Some(entry.subject_id))
        }))
        .column(value("Actor", |entry: &AccessEntry| {
            actor_link(Actor {
                name: entry.actor.as_deref(),
                id: entry.actor_id,
                client: entry.client.as_deref(),
                client_id: entry.client_id,
            })
        }))
        .column(
            moment("Time", |entry: &AccessEntry| Some(entry.created_at)).sort(AccessSort::CreatedAt),
        )
        .column(maybe("Reason", |entry: &AccessEntry| entry.reason.clone()).wide())
        .column(maybe("IP address", |entry: &AccessEntry| entry.ip.clone()).wide())
        .column(maybe("Request", |entry: &AccessEntry| entry.request_id.clone()).extra())
        .filter(one_of("subject_type", "Object", KINDS))
        .filter(picked::<User>("actor_id", "Actor"))
        .filter(picked::<ApiClient>("client_id", "API client"))
        .filter(typed("request_id", "Request", "Request ID"))
        .filter(dates("created_at_from", "created_at_to", "Time"))
        .empty(
            "No access yet",
            "Every access to masked data, documents and activation codes is listed here with its reason.",
        )
        .show()
}
