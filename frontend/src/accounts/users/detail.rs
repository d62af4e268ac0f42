//! One person: how to reach them, what they bought, and what became of it.

use super::{is_editable, kyc, status};
use kit::{
    api::{self, Call},
    format::sentence,
    page::{Related, detail_page, related},
    table::{ago, code, count, day, maybe, money, state, text},
    task,
    ui::{Icon, Tone, Value, facts, sealed},
};
use leptos::prelude::*;
use wire::{
    Permission, Resource, UserId,
    accounts::users::{User, UserRole},
    billing::{
        orders::{Order, OrderFilter},
        transactions::{Transaction, TransactionFilter, TransactionStatus},
    },
    esims::inventory::{Esim, EsimFilter, EsimStatus, Reveal},
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
            |user| {
                (user.role == UserRole::Customer)
                    .then(|| format!("/billing/orders/new?user_id={}", user.id))
            },
        )
        .fact("Role", |user| Value::text(sentence(user.role.as_str())))
        .fact("Identity", kyc)
        .fact("Last sign-in", |user| {
            user.last_login.map_or_else(Value::absent, Value::ago)
        })
        .fact("Created", |user| Value::time(user.created_at))
        .fact("Changed", |user| Value::ago(user.updated_at))
        .fact("Id", |user| Value::code(user.id.to_string()))
        .card("Contact", |user| Some(contact(user)))
        .related(orders(id))
        .related(esims(id))
        .related(payments(id))
        .history("user")
        .show()
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

fn orders(id: UserId) -> Related<Order> {
    related::<Order>(
        "Orders",
        Permission::OrdersRead,
        OrderFilter {
            user_id: Some(id),
            ..OrderFilter::default()
        },
    )
    .column(text("Order", |order: &Order| order.order_number.clone()))
    .column(text("Plan", |order: &Order| order.terms.name.clone()))
    .column(count("eSIMs", |order: &Order| order.quantity))
    .column(state("Status", |order: &Order| {
        (order.status.as_str(), order.status.tone().into())
    }))
    .column(money("Total", |order: &Order| {
        (Some(order.total_amount.clone()), order.currency)
    }))
    .column(ago("Placed", |order: &Order| Some(order.created_at)))
    .opens(|order| format!("/billing/orders/{}", order.id))
    .all("/billing/orders")
    .empty("Has not ordered anything yet.")
}

fn esims(id: UserId) -> Related<Esim> {
    related::<Esim>(
        "eSIMs",
        Permission::EsimsRead,
        EsimFilter {
            user_id: Some(id),
            ..EsimFilter::default()
        },
    )
    .column(code("ICCID", |esim: &Esim| esim.iccid.clone()))
    .column(maybe("Plan", |esim: &Esim| esim.plan_name.clone()))
    .column(state("Status", |esim: &Esim| {
        (esim.status.as_str(), use_of(esim.status))
    }))
    .column(text("Profile", |esim: &Esim| {
        sentence(esim.profile_state.as_str())
    }))
    .column(day("Ends", |esim: &Esim| esim.expires_at))
    .opens(|esim| format!("/esims/inventory/{}", esim.id))
    .all("/esims/inventory")
    .empty("Has no eSIM.")
}

fn payments(id: UserId) -> Related<Transaction> {
    related::<Transaction>(
        "Payments",
        Permission::TransactionsRead,
        TransactionFilter {
            user_id: Some(id),
            ..TransactionFilter::default()
        },
    )
    .column(text("Method", |payment: &Transaction| {
        sentence(payment.payment_method.as_str())
    }))
    .column(state("Status", |payment: &Transaction| {
        (payment.status.as_str(), outcome(payment.status))
    }))
    .column(money("Total", |payment: &Transaction| {
        (Some(payment.total_amount.clone()), payment.currency)
    }))
    .column(ago("Opened", |payment: &Transaction| {
        Some(payment.created_at)
    }))
    .opens(|payment| format!("/billing/transactions/{}", payment.id))
    .all("/billing/transactions")
    .empty("Has not paid anything yet.")
}

const fn use_of(status: EsimStatus) -> Tone {
    match status {
        EsimStatus::Active => Tone::Good,
        EsimStatus::Available => Tone::News,
        EsimStatus::Suspended => Tone::Waiting,
        EsimStatus::Expired | EsimStatus::Cancelled => Tone::Neutral,
    }
}

const fn outcome(status: TransactionStatus) -> Tone {
    match status {
        TransactionStatus::Completed => Tone::Good,
        TransactionStatus::Pending => Tone::Waiting,
        TransactionStatus::Failed => Tone::Bad,
        TransactionStatus::Refunded | TransactionStatus::Cancelled => Tone::Neutral,
    }
}
