//! The page of one user: contact details, timeline, and related records.

use super::{
    super::{parts::documents, sessions},
    actions::{
        activate, archive, ban, change_role, deactivate, erase, export, invitation_link, restore,
        suspend,
    },
    is_editable, kyc,
    related::{esims, orders, payments},
    status,
    timeline::timeline,
};
use crate::support::tickets;
use kit::{
    api::{self, Call},
    format::sentence,
    page::detail_page,
    task,
    ui::{Icon, Value, facts, reveal_facts},
};
use leptos::prelude::*;
use wire::{
    Permission, Resource, UserId,
    accounts::users::{User, UserRole, UserStatus},
    esims::inventory::RevealRequest,
};

/// Draws the detail page.
pub fn screen(id: UserId) -> AnyView {
    detail_page::<User>(id)
        .badge(status)
        .subtitle(|user| user.email.clone())
        .edit(Permission::UsersWrite, |user| {
            is_editable(user).then(|| format!("/accounts/users/{}/edit", user.id))
        })
        .link(
            "New order",
            Icon::ShoppingCart,
            Permission::OrdersWrite,
            new_order,
        )
        .action(restore())
        .action(activate())
        .action(suspend())
        .action(change_role())
        .action(invitation_link())
        .action(export())
        .action(deactivate())
        .action(sessions::reset_mfa())
        .action(ban())
        .action(archive())
        .action(erase())
        .above(deleted_notice)
        .card("Contact", |user| Some(contact(user)))
        .part(move |reload| timeline(id, reload))
        .fact("Role", |user| Value::text(sentence(user.role.as_str())))
        .fact("Identity", kyc)
        .fact("Source", source)
        .fact("Last sign-in", |user| {
            user.last_login.map_or_else(Value::absent, Value::ago)
        })
        .fact("Created", |user| Value::time(user.created_at))
        .fact("Updated", |user| Value::ago(user.updated_at))
        .fact("ID", |user| Value::code(user.id.to_string()))
        .tab_for(Permission::OrdersRead, "orders", "Orders")
        .related(orders(id))
        .tab_for(Permission::EsimsRead, "esims", "eSIMs")
        .related(esims(id))
        .tab_for(Permission::TransactionsRead, "payments", "Payments")
        .related(payments(id))
        .tab_for(Permission::TicketsRead, "tickets", "Tickets")
        .related(tickets::of_customer(id))
        .tab_for(Permission::KycRead, "documents", "Documents")
        .related(documents(id))
        .tab_for(Permission::SessionsManage, "sessions", "Sessions")
        .part(move |reload| {
            let view = move || {
                reload.track();
                sessions::of_user(id)
            };
            view.into_any()
        })
        .tab_for(Permission::AuditRead, "history", "History")
        .history("user")
        .show()
}

fn new_order(user: &User) -> Option<String> {
    let can_buy = user.role == UserRole::Customer
        && user.status == UserStatus::Active
        && user.deleted_at.is_none();
    can_buy.then(|| format!("/billing/orders/new?user_id={}", user.id))
}

fn source(user: &User) -> Value {
    user.client_id.map_or_else(
        || Value::text("Direct"),
        |id| Value::text("API client").link(format!("/accounts/api-clients/{id}")),
    )
}

/// Draws the notice of an archived or erased user.
fn deleted_notice(user: &User) -> Option<AnyView> {
    let (since, text) = match (user.erased_at, user.deleted_at) {
        (Some(at), _) => (
            at,
            "Personal data erased. Orders and payments stay in the books.",
        ),
        (None, Some(at)) => (
            at,
            "Archived. The user is hidden from all lists and cannot sign in.",
        ),
        (None, None) => return None,
    };
    let view = view! {
        <div class="banner" role="note" data-tone="neutral"><p><strong>{text}</strong>" "{Value::ago(since).view()}</p></div>
    };
    Some(view.into_any())
}

/// Draws the contact details. Users without the permission see them masked and have to enter a reason first.
fn contact(user: &User) -> AnyView {
    if !user.is_masked {
        return facts(contact_facts(user));
    }
    let path = format!("{}/{}/reveal", User::PATH, user.id);
    let open = move |reason: String| {
        let call = Call::post(path.clone()).json(&RevealRequest {
            reason: Some(reason),
        });
        task(async move { Ok(contact_facts(&api::send(call).await?.json::<User>().await?)) })
    };
    reveal_facts(
        contact_facts(user),
        "Reveal contact details?",
        "Access is logged with your name and the reason.",
        open,
    )
}

fn contact_facts(user: &User) -> Vec<(&'static str, Value)> {
    vec![
        ("Name", Value::text(user.full_name())),
        (
            "E-mail",
            if user.is_masked {
                Value::text(user.email.clone())
            } else {
                Value::code(user.email.clone())
            },
        ),
        ("Phone", Value::maybe(user.phone.clone())),
    ]
}
