//! The panel: the screens, section by section. The package `kit` defines how they look and behave.

mod accounts;
mod billing;
mod catalog;
mod esims;
mod integrations;
mod messaging;
mod support;
mod system;

use kit::shell::{Section, panel};

/// The sections, in the order of the menu.
static SECTIONS: &[&Section] = &[
    &accounts::SECTION,
    &esims::SECTION,
    &catalog::SECTION,
    &billing::SECTION,
    &integrations::SECTION,
    &support::SECTION,
    &messaging::SECTION,
    &system::SECTION,
];

/// The page that opens after signing in.
const HOME: &str = "/billing/orders";

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(|| panel(SECTIONS, HOME, accounts::PUBLIC_PAGES));
}
