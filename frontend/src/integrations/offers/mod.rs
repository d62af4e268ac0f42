//! The offers of providers for our plans.

mod detail;
mod form;
mod list;

use kit::Screen;
use wire::Permission;

/// The screens of offers.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/integrations/offers",
        title: "Offers",
        needs: Permission::ProvidersRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/integrations/offers/new",
        title: "New offer",
        needs: Permission::ProvidersWrite,
        view: |_| Some(form::screen(None)),
    },
    Screen {
        path: "/integrations/offers/{id}",
        title: "Offer",
        needs: Permission::ProvidersRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
    Screen {
        path: "/integrations/offers/{id}/edit",
        title: "Edit",
        needs: Permission::ProvidersWrite,
        view: |at| Some(form::screen(Some(at.id()?))),
    },
];
