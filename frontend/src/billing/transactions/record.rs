//! The forms of a payment without a gateway: staff record the payment, or mark it as unpaid.

use kit::{
    api::{self, ApiError},
    form::{code_field, money_field, text_field, time_field},
    format::now,
    page::{SmallForm, small_form},
    session, task,
    ui::{ButtonVariant, ChangedSignal, Close, Disclosure, disclosures},
};
use leptos::prelude::*;
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use wire::{
    Param, Permission,
    billing::transactions::{ConfirmPayment, RejectPayment, Transaction, TransactionStatus},
};

/// Draws the buttons, for users who may record payments; nothing once the payment is completed.
pub fn record(paid: &Transaction) -> Option<AnyView> {
    let is_waiting = paid.payment_method.is_recorded()
        && !matches!(
            paid.status,
            TransactionStatus::Completed | TransactionStatus::Refunded
        );
    if !is_waiting || !untrack(|| session::can(Permission::PaymentsRecord)) {
        return None;
    }
    let page = use_context::<ChangedSignal>();
    let (received, unpaid) = (paid.clone(), paid.clone());
    let mut all = vec![Disclosure {
        label: "Record payment",
        variant: ButtonVariant::Primary,
        body: Arc::new(move |close| confirm(received.clone(), page, close)),
    }];
    if paid.status == TransactionStatus::Pending {
        all.push(Disclosure {
            label: "Mark as unpaid",
            variant: ButtonVariant::Danger,
            body: Arc::new(move |close| reject(unpaid.clone(), page, close)),
        });
    }
    Some(disclosures(all))
}

fn confirm(paid: Transaction, page: Option<ChangedSignal>, close: Close) -> AnyView {
    let form = SmallForm::new(
        "Record payment",
        [
            money_field("amount", "Amount received")
                .unit(paid.currency.as_str())
                .help(
                    "If it is not the amount due, the payment stays pending and a case is opened.",
                ),
            code_field("reference", "Reference").help("The reference of the bank or the wallet."),
            time_field("received_at", "Received"),
        ],
    )
    .with("currency", paid.currency.as_str())
    .begin(json!({ "amount": paid.total_amount, "received_at": Param::show(&now()) }));
    small_form(form, move |by: ConfirmPayment| {
        send(paid.clone(), "confirm", by, page, Arc::clone(&close))
    })
}

fn reject(paid: Transaction, page: Option<ChangedSignal>, close: Close) -> AnyView {
    let form = SmallForm::new("Mark as unpaid", [text_field("reason", "Reason")]).danger();
    small_form(form, move |why: RejectPayment| {
        send(paid.clone(), "reject", why, page, Arc::clone(&close))
    })
}

fn send(
    paid: Transaction,
    verb: &'static str,
    body: impl Serialize + 'static,
    page: Option<ChangedSignal>,
    close: Close,
) -> kit::Task<Result<(), ApiError>> {
    task(async move {
        api::post_action(&paid, verb, &body).await?;
        close();
        if let Some(ChangedSignal(changed)) = page {
            let _ = changed.try_update(|changed| *changed = changed.wrapping_add(1));
        }
        Ok(())
    })
}
