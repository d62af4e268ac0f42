//! The page of one eSIM: its usage, its installation, its owner and its status history.

use super::{
    diagnosis::diagnosis,
    expiry,
    history::status_history,
    install::install,
    sharing::{reassign, share_links},
    status,
    usage::usage,
};
use crate::{
    billing::parts::orders,
    esims::operations::{self, cancel, refresh, resume, suspend},
    support::tickets,
};
use kit::{
    api,
    format::sentence,
    page::{Related, detail_page, load, related},
    session,
    table::{maybe, moment, state, text},
    task,
    ui::{Icon, Value, facts},
};
use leptos::prelude::*;
use wire::{
    EsimId, Permission, UserId,
    accounts::users::User,
    billing::orders::OrderFilter,
    esims::{
        inventory::{Esim, EsimStatus, IccidCheck},
        operations::{EsimOperation, EsimOperationFilter},
    },
};

/// Draws the detail page.
pub fn screen(id: EsimId) -> AnyView {
    detail_page::<Esim>(id)
        .badge(status)
        .subtitle(|esim| esim.plan_name.clone().unwrap_or_default())
        .edit(Permission::EsimsWrite, |esim| {
            esim.user_id
                .is_none()
                .then(|| format!("/esims/inventory/{}/edit", esim.id))
        })
        .link("Top up", Icon::Plus, Permission::OrdersWrite, top_up_at)
        .action(refresh())
        .action(resume())
        .action(suspend())
        .action(cancel())
        .above(iccid_warning)
        .part(move |reload| usage(id, reload))
        .part(move |reload| diagnosis(id, reload))
        .card("Installation", |esim| Some(install(esim)))
        .part(move |_| share_links(id))
        .card("Owner", |esim| {
            let change = reassign(esim);
            esim.user_id
                .map(|id| view! { {owner(id)}{change} }.into_any())
        })
        .related(orders(
            OrderFilter {
                esim_id: Some(id),
                ..OrderFilter::default()
            },
            "No orders for this eSIM.",
        ))
        .related(operations_of(id))
        .related(tickets::of_esim(id))
        .part(move |reload| status_history(id, reload))
        .history("esim")
        .fact("Profile", |esim| {
            Value::text(sentence(esim.profile_state.as_str()))
        })
        .fact("EID", |esim| {
            esim.eid.clone().map_or_else(Value::absent, Value::code)
        })
        .fact("Plan", |esim| {
            Value::linked(
                esim.plan_name.as_deref(),
                esim.plan_id.map(|id| format!("/catalog/plans/{id}")),
            )
        })
        .fact("Provider", |esim| {
            Value::linked(
                esim.provider_name.as_deref(),
                esim.provider_id
                    .filter(|_| session::can(Permission::ProvidersRead))
                    .map(|id| format!("/integrations/providers/{id}")),
            )
        })
        .fact("Reference", |esim| {
            esim.provider_ref
                .clone()
                .map_or_else(Value::absent, Value::code)
        })
        .fact("SID", |esim| {
            esim.twilio_sid
                .clone()
                .map_or_else(Value::absent, Value::code)
        })
        .fact("Received", |esim| Value::time(esim.created_at))
        .fact("Assigned", |esim| Value::maybe_time(esim.assigned_at))
        .fact("Installed", |esim| Value::maybe_time(esim.installed_at))
        .fact("Activated", |esim| Value::maybe_time(esim.activated_at))
        .fact("Expires", expiry)
        .fact("Updated", |esim| Value::ago(esim.updated_at))
        .fact("ID", |esim| Value::code(esim.id.to_string()))
        .show()
}

/// Returns the list of the operations on an eSIM.
fn operations_of(id: EsimId) -> Related<EsimOperation> {
    related::<EsimOperation>(
        "Operations",
        Permission::EsimsRead,
        EsimOperationFilter {
            esim_id: Some(id),
            ..EsimOperationFilter::default()
        },
    )
    .column(moment("Requested", |row: &EsimOperation| {
        Some(row.created_at)
    }))
    .column(text("Operation", |row: &EsimOperation| {
        sentence(row.kind.as_str())
    }))
    .column(state("Status", operations::status))
    .column(maybe("Result", |row: &EsimOperation| {
        row.error.clone().or_else(|| row.note.clone())
    }))
    .all("/esims/operations")
    .empty("No operations on this eSIM.")
}

/// Returns the address of the top-up form; none without an owner, or once the eSIM is cancelled.
fn top_up_at(esim: &Esim) -> Option<String> {
    let owner = esim
        .user_id
        .filter(|_| esim.status != EsimStatus::Cancelled)?;
    Some(format!(
        "/billing/orders/new?kind=topup&esim_id={}&user_id={owner}",
        esim.id
    ))
}

fn iccid_warning(esim: &Esim) -> Option<AnyView> {
    let text = match esim.iccid_check {
        IccidCheck::Ok => return None,
        IccidCheck::Mismatch => {
            "The check digit of the ICCID is wrong. Compare the number with the provider's before the eSIM is sold."
        }
        IccidCheck::Missing => "The ICCID has no check digit.",
    };
    Some(
        view! { <div class="banner" role="note" data-tone="waiting"><p>{text}</p></div> }
            .into_any(),
    )
}

fn owner(id: UserId) -> AnyView {
    let fetch = move || task(async move { api::find::<User>(id).await });
    load(fetch, move |user: User| {
        facts(vec![
            (
                "Name",
                Value::text(user.full_name()).link(format!("/accounts/users/{id}")),
            ),
            ("E-mail", Value::text(user.email)),
        ])
    })
}
