//! Invoices and credit notes.

mod credit_notes;
mod detail;
mod list;

use kit::Screen;
use wire::Permission;

/// The screens of invoices.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/billing/invoices",
        title: "Invoices",
        needs: Permission::InvoicesRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/billing/invoices/{id}",
        title: "Invoice",
        needs: Permission::InvoicesRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
    Screen {
        path: "/billing/credit-notes",
        title: "Credit notes",
        needs: Permission::InvoicesRead,
        view: |_| Some(credit_notes::screen()),
    },
];
