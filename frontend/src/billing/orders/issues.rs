//! The open issues of an order that staff have to resolve: pending refunds and open cases.

use super::super::refunds::status;
use kit::{
    api,
    format::{money, sentence},
    page::notices,
    session, task,
    ui::{ButtonVariant, ChangedSignal, Icon, Tone, link_button},
};
use leptos::prelude::*;
use wire::{
    AnyOf, Filter, Page, Permission,
    billing::{
        orders::{Order, OrderStatus, RefundState},
        reconciliation::{Case, CaseFilter, CaseStatus},
        refunds::{Refund, RefundFilter, RefundStage, RefundStatus},
    },
};

/// Draws a banner with a link for each issue. A pending order can have a case too: another amount was recorded for it.
pub fn issues(order: &Order) -> Option<AnyView> {
    let reload =
        use_context::<ChangedSignal>().map_or_else(|| RwSignal::new(0), |changed| changed.0);
    let is_pending = order.refund_state == Some(RefundState::Pending);
    let refunds = (is_pending && untrack(|| session::can(Permission::RefundsRead)))
        .then(|| refunds(order, reload));
    let has_case = order.paid_at.is_some()
        || order.status.is_stuck()
        || order.status == OrderStatus::PendingPayment;
    let cases =
        (has_case && untrack(|| session::can(Permission::CasesRead))).then(|| cases(order, reload));
    Some(view! { {refunds}{cases} }.into_any())
}

fn refunds(order: &Order, reload: RwSignal<u32>) -> AnyView {
    let of = RefundFilter {
        order_id: Some(order.id),
        status: Some(AnyOf(vec![RefundStatus::Pending])),
        ..RefundFilter::default()
    };
    let fetch = move || {
        let pairs = of.pairs();
        task(async move { api::page::<Refund>(&pairs).await })
    };
    notices(reload, fetch, |page: Page<Refund>| {
        let all = page.data.iter().map(refund);
        Some(all.collect_view().into_any())
    })
}

fn refund(refund: &Refund) -> AnyView {
    let amount = money(&refund.amount, refund.currency);
    let text = match refund.stage {
        RefundStage::Requested => format!("Refund of {amount} waits for approval."),
        RefundStage::ToPayOut => format!("Refund of {amount} has to be paid out manually."),
        _ => {
            let (word, _) = status(refund);
            format!("Refund of {amount}: {}.", sentence(word).to_lowercase())
        }
    };
    let href = format!("/billing/refunds/{}", refund.id);
    banner("Refund pending", text, "View refund", href)
}

fn cases(order: &Order, reload: RwSignal<u32>) -> AnyView {
    let of = CaseFilter {
        order_id: Some(order.id),
        status: Some(AnyOf(vec![CaseStatus::Open, CaseStatus::Escalated])),
        ..CaseFilter::default()
    };
    let fetch = move || {
        let pairs = of.pairs();
        task(async move { api::page::<Case>(&pairs).await })
    };
    notices(reload, fetch, |page: Page<Case>| {
        let all = page.data.into_iter().map(|case| {
            let title = if case.status == CaseStatus::Escalated {
                "Case escalated"
            } else {
                "Case open"
            };
            let href = format!("/billing/reconciliation/{}", case.id);
            banner(title, format!("{}.", case.kind.title()), "View case", href)
        });
        Some(all.collect_view().into_any())
    })
}

fn banner(title: &'static str, text: String, verb: &'static str, href: String) -> AnyView {
    view! {
        <div class="banner" role="note" data-tone=Tone::Waiting.as_str()><p><strong>{title}": "</strong>{text}</p>
            {link_button(verb, ButtonVariant::Plain, Some(Icon::ChevronRight), href)}</div>
    }
    .into_any()
}
