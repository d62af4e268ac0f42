//! The stock by plan and provider, and its thresholds.

mod form;
mod overview;

use kit::Screen;
use wire::Permission;

/// The screens of the stock.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/esims/stock",
        title: "Stock",
        needs: Permission::StockRead,
        view: |_| Some(overview::screen()),
    },
    Screen {
        path: "/esims/stock/thresholds/new",
        title: "New threshold",
        needs: Permission::StockWrite,
        view: |_| Some(form::screen(None)),
    },
    Screen {
        path: "/esims/stock/thresholds/{id}/edit",
        title: "Edit threshold",
        needs: Permission::StockWrite,
        view: |at| Some(form::screen(Some(at.id()?))),
    },
];
