//! What was sold, and the money it brought.

mod invoices;
pub mod orders;
pub mod parts;
mod transactions;

use kit::{
    shell::{Item, Section},
    ui::Icon,
};
use wire::Permission;

/// The section.
pub static SECTION: Section = Section {
    title: "Billing",
    items: &[
        Item {
            label: "Orders",
            path: "/billing/orders",
            icon: Icon::ShoppingCart,
            needs: Permission::OrdersRead,
        },
        Item {
            label: "Transactions",
            path: "/billing/transactions",
            icon: Icon::CreditCard,
            needs: Permission::TransactionsRead,
        },
        Item {
            label: "Invoices",
            path: "/billing/invoices",
            icon: Icon::FileText,
            needs: Permission::InvoicesRead,
        },
    ],
    screens: &[orders::SCREENS, transactions::SCREENS, invoices::SCREENS],
};
