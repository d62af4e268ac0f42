//! What stands around every screen: the menu, the bar on top, and the way in.

mod crumbs;
mod help;
mod layout;
mod palette;
mod panel;
mod refusal;
mod sidebar;
mod topbar;

pub use crumbs::called;
pub use panel::{Doors, Open, panel};

use crate::{Screen, ui::Icon};
use wire::Permission;

/// A section of the product: its entries in the menu and all its screens.
pub struct Section {
    /// What it is called.
    pub title: &'static str,
    /// Its entries in the menu.
    pub items: &'static [Item],
    /// Its screens, those without an entry too.
    pub screens: &'static [&'static [Screen]],
}

/// An entry of the menu.
pub struct Item {
    /// What it says.
    pub label: &'static str,
    /// Where it leads.
    pub path: &'static str,
    /// Its icon.
    pub icon: Icon,
    /// What one must be allowed for it to appear.
    pub needs: Permission,
}

/// Every section, in the order of the menu.
pub type Sections = &'static [&'static Section];

pub(crate) fn screens(sections: Sections) -> impl Iterator<Item = &'static Screen> {
    sections
        .iter()
        .flat_map(|section| section.screens.iter().flat_map(|screens| screens.iter()))
}
