//! Orders: one plan for one customer, from the sale to the delivery.

mod acts;
mod amounts;
mod belongings;
mod detail;
mod form;
mod list;
mod payment;
mod stages;
mod timeline;

use kit::{Screen, ui::Tone};
use wire::{Permission, billing::orders::Order};

/// The screens of orders.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/billing/orders",
        title: "Orders",
        needs: Permission::OrdersRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/billing/orders/new",
        title: "New order",
        needs: Permission::OrdersWrite,
        view: |_| Some(form::screen()),
    },
    Screen {
        path: "/billing/orders/{id}",
        title: "Order",
        needs: Permission::OrdersRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
];

/// How far it has come.
fn status(order: &Order) -> (&'static str, Tone) {
    (order.status.as_str(), order.status.tone().into())
}
