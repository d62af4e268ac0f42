//! Service levels: how soon staff respond to tickets and resolve them, in business hours.

mod form;
mod page;

use kit::Screen;
pub use page::duration;
use wire::Permission;

/// The screens of service levels.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/support/service-levels",
        title: "Service levels",
        needs: Permission::TicketsWrite,
        view: |_| Some(page::screen()),
    },
    Screen {
        path: "/support/service-levels/edit",
        title: "Edit",
        needs: Permission::TicketsSetup,
        view: |_| Some(form::screen()),
    },
];

/// The days of the week: the key in the API, and the name.
const DAYS: [(&str, &str); 7] = [
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
];
