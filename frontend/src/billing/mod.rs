//! Billing: orders, payments, refunds, disputes, reconciliation and invoices.

mod disputes;
mod invoices;
pub mod orders;
pub mod parts;
mod payments;
mod reconciliation;
pub mod refunds;
pub mod transactions;

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
            label: "Payments",
            path: "/billing/payments",
            icon: Icon::FileChartColumn,
            needs: Permission::PaymentsOverview,
        },
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
            label: "Refunds",
            path: "/billing/refunds",
            icon: Icon::Undo2,
            needs: Permission::RefundsRead,
        },
        Item {
            label: "Disputes",
            path: "/billing/disputes",
            icon: Icon::TriangleAlert,
            needs: Permission::DisputesRead,
        },
        Item {
            label: "Reconciliation",
            path: "/billing/reconciliation",
            icon: Icon::Inbox,
            needs: Permission::CasesRead,
        },
        Item {
            label: "Invoices",
            path: "/billing/invoices",
            icon: Icon::FileText,
            needs: Permission::InvoicesRead,
        },
    ],
    screens: &[
        payments::SCREENS,
        orders::SCREENS,
        transactions::SCREENS,
        refunds::SCREENS,
        disputes::SCREENS,
        reconciliation::SCREENS,
        invoices::SCREENS,
    ],
};
