//! A payment that no gateway takes: a person records that the money has arrived, or that it will not.

use kit::{
    api::{self, Fault},
    form::{code_field, money_field, text_field, time_field},
    format::now,
    page::{SmallForm, small_form},
    session, task,
    ui::{Close, Look, Told, Unfold, unfold},
};
use leptos::prelude::*;
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use wire::{
    Param, Permission,
    billing::transactions::{ConfirmPayment, RejectPayment, Transaction, TransactionStatus},
};

/// Draws the buttons, for whoever may record payments; nothing once the money is there.
pub fn record(paid: &Transaction) -> Option<AnyView> {
    let waits = paid.payment_method.is_recorded()
        && !matches!(
            paid.status,
            TransactionStatus::Completed | TransactionStatus::Refunded
        );
    if !waits || !untrack(|| session::can(Permission::PaymentsRecord)) {
        return None;
    }
    let told = use_context::<Told>();
    let (came, gone) = (paid.clone(), paid.clone());
    let mut all = vec![Unfold {
        label: "Record payment",
        look: Look::Primary,
        body: Arc::new(move |close| confirm(came.clone(), told, close)),
    }];
    if paid.status == TransactionStatus::Pending {
        all.push(Unfold {
            label: "Mark as unpaid",
            look: Look::Danger,
            body: Arc::new(move |close| reject(gone.clone(), told, close)),
        });
    }
    Some(unfold(all))
}

fn confirm(paid: Transaction, told: Option<Told>, close: Close) -> AnyView {
    let form = SmallForm::new(
        "Record payment",
        [
            money_field("amount", "Amount received").unit(paid.currency.as_str()),
            code_field("reference", "Reference").help("The reference of the bank or the wallet."),
            time_field("received_at", "Received"),
        ],
    )
    .with("currency", paid.currency.as_str())
    .begin(json!({ "amount": paid.total_amount, "received_at": Param::show(&now()) }));
    small_form(form, move |by: ConfirmPayment| {
        send(paid.clone(), "confirm", by, told, Arc::clone(&close))
    })
}

fn reject(paid: Transaction, told: Option<Told>, close: Close) -> AnyView {
    let form = SmallForm::new("Mark as unpaid", [text_field("reason", "Reason")]).danger();
    small_form(form, move |why: RejectPayment| {
        send(paid.clone(), "reject", why, told, Arc::clone(&close))
    })
}

fn send(
    paid: Transaction,
    verb: &'static str,
    body: impl Serialize + 'static,
    told: Option<Told>,
    close: Close,
) -> kit::Task<Result<(), Fault>> {
    task(async move {
        api::act(&paid, verb, &body).await?;
        close();
        if let Some(Told(changed)) = told {
            let _ = changed.try_update(|changed| *changed = changed.wrapping_add(1));
        }
        Ok(())
    })
}
