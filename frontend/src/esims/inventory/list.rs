//! The list of eSIMs.

use super::{check_digit, status};
use kit::{
    format::sentence,
    page::list_page,
    session,
    table::{choice, code, dates, day, maybe, picked, state, text, value, yes_no},
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{
    Permission,
    accounts::users::User,
    catalog::plans::Plan,
    esims::inventory::{Esim, EsimSort, EsimStatus, IccidCheck, ProfileState},
    integrations::providers::Provider,
};

/// Draws the list.
pub fn screen() -> AnyView {
    let list = list_page::<Esim>("Inventory")
        .search("ICCID, EID, SID or reference")
        .opens(|esim| format!("/esims/inventory/{}", esim.id))
        .column(code("ICCID", |esim: &Esim| esim.iccid.clone()).sort(EsimSort::Iccid))
        .column(state("Status", status))
        .column(text("Profile", |esim: &Esim| {
            sentence(esim.profile_state.as_str())
        }))
        .column(maybe("Plan", |esim: &Esim| esim.plan_name.clone()))
        .column(maybe("Provider", |esim: &Esim| esim.provider_name.clone()).wide())
        .column(value("Owner", owner))
        .column(value("ICCID check", check_digit).wide())
        .column(
            day("Received", |esim: &Esim| Some(esim.created_at))
                .sort(EsimSort::CreatedAt)
                .wide(),
        )
        .column(day("Expires", |esim: &Esim| esim.expires_at).sort(EsimSort::ExpiresAt))
        .column(maybe("EID", |esim: &Esim| esim.eid.clone()).extra())
        .column(maybe("Reference", |esim: &Esim| esim.provider_ref.clone()).extra())
        .column(maybe("SM-DP+ address", |esim: &Esim| esim.smdp_address.clone()).extra())
        .column(day("Assigned", |esim: &Esim| esim.assigned_at).extra())
        .column(
            day("Updated", |esim: &Esim| Some(esim.updated_at))
                .sort(EsimSort::UpdatedAt)
                .extra(),
        )
        .filter(choice("status", "Status", EsimStatus::WORDS))
        .filter(choice("profile_state", "Profile", ProfileState::WORDS))
        .filter(yes_no("has_user", "Owner", "Sold", "In stock"))
        .filter(picked::<Plan>("plan_id", "Plan"))
        .filter(picked::<User>("user_id", "Customer"))
        .filter(choice("iccid_check", "ICCID check", IccidCheck::WORDS))
        .filter(dates("expires_at_from", "expires_at_to", "Expires"))
        .button(
            "Import",
            Icon::Upload,
            "/esims/inventory/import",
            Permission::EsimsWrite,
        )
        .empty(
            "No eSIMs yet",
            "Import a provider's file, or sell a plan that a provider delivers.",
        );
    // Users who may not see providers cannot filter by them.
    let list = if session::can(Permission::ProvidersRead) {
        list.filter(picked::<Provider>("provider_id", "Provider"))
    } else {
        list
    };
    list.show()
}

fn owner(esim: &Esim) -> Value {
    match esim.user_id {
        Some(id) => Value::text("Sold").link(format!("/accounts/users/{id}")),
        None => Value::text("In stock"),
    }
}
