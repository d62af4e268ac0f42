//! The list of eSIMs in use.

use crate::esims::{
    inventory::{status_badge, usage::bytes},
    operations::{cancel, refresh, resume, suspend},
};
use kit::{
    format::{distance, now, percent, sentence},
    page::list_page,
    table::{ago, choice, code, count, dates, day, maybe, picked, state, text, value},
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{
    Permission,
    accounts::users::User,
    catalog::plans::Plan,
    esims::{
        active::{ActiveEsim, ActiveEsimSort},
        inventory::ProfileState,
    },
    integrations::providers::Provider,
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<ActiveEsim>("Active eSIMs")
        .search("ICCID, EID, SID or reference")
        .opens(|esim| format!("/esims/inventory/{}", esim.id))
        .column(code("ICCID", |esim: &ActiveEsim| esim.iccid.clone()).sort(ActiveEsimSort::Iccid))
        .column(state("Status", |esim: &ActiveEsim| {
            status_badge(esim.status)
        }))
        .column(maybe("Plan", |esim: &ActiveEsim| esim.plan_name.clone()))
        .column(value("Data used", used))
        .column(value("Expires", expires).sort(ActiveEsimSort::ExpiresAt))
        .column(
            ago("Last seen", |esim: &ActiveEsim| esim.last_seen_at)
                .sort(ActiveEsimSort::LastSeenAt),
        )
        .column(
            text("Profile", |esim: &ActiveEsim| {
                sentence(esim.profile_state.as_str())
            })
            .wide(),
        )
        .column_for(
            Permission::ProvidersRead,
            maybe("Provider", |esim: &ActiveEsim| esim.provider_name.clone()).wide(),
        )
        .column(value("Customer", customer).wide())
        .column(count("Queued plans", |esim: &ActiveEsim| esim.queued_bundles).extra())
        .column(
            day("First used", |esim: &ActiveEsim| esim.activated_at)
                .sort(ActiveEsimSort::ActivatedAt)
                .extra(),
        )
        .column(
            maybe("Provider's status", |esim: &ActiveEsim| {
                esim.provider_state.clone()
            })
            .extra(),
        )
        .column(maybe("EID", |esim: &ActiveEsim| esim.eid.clone()).extra())
        .filter(choice("status", "Status", &["active", "suspended"]))
        .filter(choice("profile_state", "Profile", ProfileState::WORDS))
        .filter(picked::<Plan>("plan_id", "Plan"))
        .filter(picked::<User>("user_id", "Customer"))
        .filter_for(
            Permission::ProvidersRead,
            picked::<Provider>("provider_id", "Provider"),
        )
        .filter(dates("expires_at_from", "expires_at_to", "Expires"))
        .filter(dates("activated_at_from", "activated_at_to", "First used"))
        .actions([refresh(), suspend(), resume(), cancel()])
        .button(
            "Paste ICCIDs",
            Icon::FileText,
            "/esims/operations/new",
            Permission::EsimsOperate,
        )
        .empty(
            "No active eSIMs",
            "An eSIM appears here when the customer uses it for the first time.",
        )
        .show()
}

/// Returns the used data and its share: `2.01 GB of 5 GB`, `40.20 %`.
fn used(esim: &ActiveEsim) -> Value {
    match (esim.total_bytes, &esim.used_percent) {
        (Some(total), share) => {
            let text = format!("{} of {}", bytes(esim.used_bytes), bytes(total));
            let share = share.as_ref().map(percent);
            Value::text(text).note(share.unwrap_or_default())
        }
        (None, _) if esim.used_bytes > 0 => Value::text(bytes(esim.used_bytes)),
        (None, _) => Value::absent(),
    }
}

fn expires(esim: &ActiveEsim) -> Value {
    esim.expires_at.map_or_else(Value::absent, |end| {
        Value::day(end).note(distance(end, now()))
    })
}

fn customer(esim: &ActiveEsim) -> Value {
    esim.user_id.map_or_else(Value::absent, |id| {
        Value::text("Open customer").link(format!("/accounts/users/{id}"))
    })
}
