//! One person: how to reach them, what they bought, and what became of it.

use super::{
    super::{parts::documents, sessions},
    acts::{
        activate, appoint, ban, deactivate, delete, erase, export, invitation_link, restore,
        suspend,
    },
    belongings::{esims, orders, payments},
    is_editable, kyc, status,
    timeline::happenings,
};
use kit::{
    api::{self, Call},
    format::sentence,
    page::detail_page,
    task,
    ui::{Icon, Value, facts, sealed},
};
use leptos::prelude::*;
use wire::{
    Permission, Resource, UserId,
    accounts::users::{User, UserRole, UserStatus},
    esims::inventory::Reveal,
};

/// Draws it.
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
        .action(appoint())
        .action(invitation_link())
        .action(export())
        .action(deactivate())
        .action(sessions::reset_factor())
        .action(ban())
        .action(delete())
        .action(erase())
        .above(gone)
        .card("Contact", |user| Some(contact(user)))
        .part(move |again| happenings(id, again))
        .fact("Role", |user| Value::text(sentence(user.role.as_str())))
        .fact("Identity", kyc)
        .fact("Source", brought_by)
        .fact("Last sign-in", |user| {
            user.last_login.map_or_else(Value::absent, Value::ago)
        })
        .fact("Created", |user| Value::time(user.created_at))
        .fact("Changed", |user| Value::ago(user.updated_at))
        .fact("Id", |user| Value::code(user.id.to_string()))
        .tab_for(Permission::OrdersRead, "orders", "Orders")
        .related(orders(id))
        .tab_for(Permission::EsimsRead, "esims", "eSIMs")
        .related(esims(id))
        .tab_for(Permission::TransactionsRead, "payments", "Payments")
        .related(payments(id))
        .tab_for(Permission::KycRead, "documents", "Documents")
        .related(documents(id))
        .tab_for(Permission::SessionsManage, "sessions", "Sessions")
        .part(move |again| {
            let view = move || {
                again.track();
                sessions::of_person(id)
            };
            view.into_any()
        })
        .tab_for(Permission::AuditRead, "history", "History")
        .history("user")
        .show()
}

fn new_order(user: &User) -> Option<String> {
    let buys = user.role == UserRole::Customer
        && user.status == UserStatus::Active
        && user.deleted_at.is_none();
    buys.then(|| format!("/billing/orders/new?user_id={}", user.id))
}

fn brought_by(user: &User) -> Value {
    user.client_id.map_or_else(
        || Value::text("Direct"),
        |id| Value::text("An integrator").link(format!("/accounts/api-clients/{id}")),
    )
}

/// That they are not there any more, and what that means.
fn gone(user: &User) -> Option<AnyView> {
    let (since, says) = match (user.erased_at, user.deleted_at) {
        (Some(at), _) => (at, "Erased for good. What is left belongs to the books."),
        (None, Some(at)) => (at, "Deleted. They are in no list and cannot sign in."),
        (None, None) => return None,
    };
    let view = view! {
        <div class="banner" role="note" data-tone="neutral"><p><strong>{says}</strong>" "{Value::ago(since).view()}</p></div>
    };
    Some(view.into_any())
}

/// How to reach them; masked for who has to say first why they want to know.
fn contact(user: &User) -> AnyView {
    if !user.is_masked {
        return facts(reach(user));
    }
    let path = format!("{}/{}/reveal", User::PATH, user.id);
    let open = move |reason: String| {
        let call = Call::post(path.clone()).json(&Reveal {
            reason: Some(reason),
        });
        task(async move { Ok(reach(&api::send(call).await?.json::<User>().await?)) })
    };
    sealed(
        reach(user),
        "Reveal the contact data?",
        "Who opened it, when and why is kept in the record.",
        open,
    )
}

fn reach(user: &User) -> Vec<(&'static str, Value)> {
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
